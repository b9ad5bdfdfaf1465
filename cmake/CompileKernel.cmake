# cmake -DNVCC= -DSOURCE= -DOBJECT= -DREPORT= "-DARGUMENTS=a|b|c" -P CompileKernel.cmake
# Compiles one .cu file and keeps what ptxas says about it (registers, shared memory, spills) in REPORT.
string(REPLACE "|" ";" arguments "${ARGUMENTS}")
execute_process(COMMAND ${NVCC} ${arguments} -Xptxas -v -c ${SOURCE} -o ${OBJECT} RESULT_VARIABLE status
  OUTPUT_VARIABLE text ERROR_VARIABLE trouble)
file(WRITE ${REPORT} "${text}${trouble}")
if(NOT status EQUAL 0)
  file(REMOVE ${OBJECT})
  message(FATAL_ERROR "nvcc failed on ${SOURCE}\n${text}${trouble}")
endif()
