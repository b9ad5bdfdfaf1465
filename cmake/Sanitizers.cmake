# SECANT_SANITIZE = "address;undefined" or "thread". Everything is then compiled with -O1, the kernels too: what is checked
# are the accesses in the source, and optimising their checks took most of the time of a build.
set(SECANT_SANITIZE "" CACHE STRING "Sanitizers to build with, separated by semicolons")
function(secant_sanitize target)
  if(SECANT_SANITIZE)
    string(REPLACE ";" "," list "${SECANT_SANITIZE}")
    target_compile_options(${target} PRIVATE -O1 -fsanitize=${list} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
    target_link_options(${target} PRIVATE -fsanitize=${list})
  endif()
endfunction()
