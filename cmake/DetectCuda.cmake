# Finds nvcc, or says why libsecant_cuda is not built and goes on. Sets SECANT_CUDA_FOUND, SECANT_NVCC and
# SECANT_CUDA_GENCODE and SECANT_CUDA_SUMMARY.
set(SECANT_CUDA_FOUND OFF)
find_program(SECANT_NVCC nvcc HINTS ENV CUDACXX ENV CUDA_HOME PATHS /usr/local/cuda PATH_SUFFIXES bin)
if(NOT SECANT_NVCC)
  message(STATUS "CUDA: libsecant_cuda is not built: no nvcc in PATH, CUDA_HOME or /usr/local/cuda")
  return()
endif()
execute_process(COMMAND ${SECANT_NVCC} --version OUTPUT_VARIABLE text RESULT_VARIABLE status ERROR_VARIABLE trouble)
if(NOT status EQUAL 0 OR NOT text MATCHES "release ([0-9]+\\.[0-9]+)")
  message(STATUS "CUDA: libsecant_cuda is not built: '${SECANT_NVCC} --version' failed: ${trouble}")
  return()
endif()
set(SECANT_NVCC_VERSION ${CMAKE_MATCH_1})
if(SECANT_NVCC_VERSION VERSION_LESS 12.8)
  message(STATUS "CUDA: libsecant_cuda is not built: nvcc is ${SECANT_NVCC_VERSION}, 12.8 or later is needed")
  return()
endif()

# Every architecture from sm_75 on that this nvcc knows. A device runs the code of its own major version and an equal or
# lower minor one, so lines within a major version buy scheduling for that chip, not correctness.
set(known_architectures
  75  # Turing, T4, RTX 20: the oldest that CUDA 13 compiles for
  80  # Ampere, A100: bf16 conversions in hardware, 164 KB of shared memory
  86  # Ampere, RTX 30, A40: 99 KB of shared memory
  87  # Ampere, Jetson Orin
  88  # Ampere, automotive
  89  # Ada, RTX 40, L4, L40
  90  # Hopper, H100, H200: 227 KB of shared memory, the design point
  100 # Blackwell, B200
  103 # Blackwell, B300
  110 # Blackwell, Jetson Thor
  120 # Blackwell, RTX 50; its PTX is kept for what comes later
)
set(SECANT_CUDA_ARCHITECTURES "" CACHE STRING "Architectures of libsecant_cuda, such as 75;80;90a;120; empty = all")
set(architectures ${SECANT_CUDA_ARCHITECTURES})
if(NOT architectures)
  execute_process(COMMAND ${SECANT_NVCC} --list-gpu-arch OUTPUT_VARIABLE allowed COMMAND_ERROR_IS_FATAL ANY)
  foreach(architecture IN LISTS known_architectures)
    if(allowed MATCHES "compute_${architecture}\n")
      list(APPEND architectures ${architecture})
    else()
      message(STATUS "CUDA: sm_${architecture} is left out: nvcc ${SECANT_NVCC_VERSION} does not know it")
    endif()
  endforeach()
endif()
set(SECANT_CUDA_GENCODE)
foreach(architecture IN LISTS architectures)
  list(APPEND SECANT_CUDA_GENCODE -gencode=arch=compute_${architecture},code=sm_${architecture})
endforeach()
list(GET architectures -1 newest)
if(newest MATCHES "^[0-9]+$")
  list(APPEND SECANT_CUDA_GENCODE -gencode=arch=compute_${newest},code=compute_${newest})
endif()
list(JOIN architectures " " text)
set(SECANT_CUDA_SUMMARY "nvcc ${SECANT_NVCC_VERSION}, architectures ${text}")
message(STATUS "CUDA: ${SECANT_CUDA_SUMMARY} (${SECANT_NVCC})")
set(SECANT_CUDA_FOUND ON)
