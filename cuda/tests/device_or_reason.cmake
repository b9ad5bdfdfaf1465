# cmake -DPROGRAM= -DLIBRARY= -P device_or_reason.cmake
# Runs the cases on the device; where there is none, the program must say why and exit with 4.
execute_process(COMMAND ${PROGRAM} --device cuda --library ${LIBRARY} RESULT_VARIABLE status OUTPUT_VARIABLE text
  ERROR_VARIABLE reason)
message("exit code ${status}\n${text}${reason}")
if(status EQUAL 4)
  if(NOT reason MATCHES "secant_context_create_cuda: .*(driver|device)")
    message(FATAL_ERROR "no reason was given")
  endif()
elseif(NOT status EQUAL 0)
  message(FATAL_ERROR "the cases failed")
endif()
