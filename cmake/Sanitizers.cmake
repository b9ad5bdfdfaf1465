# SECANT_SANITIZE = "address;undefined" or "thread".
set(SECANT_SANITIZE "" CACHE STRING "Sanitizers to build with, separated by semicolons")
function(secant_sanitize target)
  if(SECANT_SANITIZE)
    string(REPLACE ";" "," list "${SECANT_SANITIZE}")
    target_compile_options(${target} PRIVATE -fsanitize=${list} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
    # Half of the time of such a build, mostly for what AddressSanitizer reports once the memory is touched.
    if(list MATCHES "address.*undefined")
      target_compile_options(${target} PRIVATE -fno-sanitize=null,object-size,pointer-overflow,vptr)
    endif()
    target_link_options(${target} PRIVATE -fsanitize=${list})
  endif()
endfunction()
