# SECANT_SANITIZE = "address;undefined" or "thread".
set(SECANT_SANITIZE "" CACHE STRING "Sanitizers to build with, separated by semicolons")
set(SECANT_SANITIZERS)
if(SECANT_SANITIZE)
  string(REPLACE ";" "," SECANT_SANITIZERS "${SECANT_SANITIZE}")
endif()

# With -O1: optimising their checks takes most of the time of such a build, and what they check is the source.
function(secant_sanitize target)
  if(NOT SECANT_SANITIZE)
    return()
  endif()
  target_compile_options(${target} PRIVATE -O1 -g1 -fsanitize=${SECANT_SANITIZERS} -fno-omit-frame-pointer
    -fno-sanitize-recover=undefined)
  # Half of the time of such a build, mostly for what AddressSanitizer reports once the memory is touched.
  if(SECANT_SANITIZERS MATCHES "address.*undefined")
    target_compile_options(${target} PRIVATE -fno-sanitize=null,object-size,pointer-overflow,vptr)
  endif()
  target_link_options(${target} PRIVATE -fsanitize=${SECANT_SANITIZERS})
endfunction()

# A program that tests a library which is sanitized. With AddressSanitizer it is compiled as ever, from the compiler's
# cache where there is one: the heap it hands over is the runtime's, and the accesses that count are the library's. Not
# for a program that hands over its stack, or that has code of its own to look at. ThreadSanitizer has to see how the
# program's threads wait for each other, and libFuzzer which branches are taken.
function(secant_sanitize_program target)
  if("address" IN_LIST SECANT_SANITIZE AND NOT SECANT_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=${SECANT_SANITIZERS})
  else()
    secant_sanitize(${target})
  endif()
endfunction()
