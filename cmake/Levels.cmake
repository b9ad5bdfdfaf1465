# Kernel sources are compiled once per x86-64 level from the same text. No contraction and no fast math, so that the
# three give the same bits; 64-byte vectors are spelled out in the source (src/cpu/lanes.h), not left to the optimiser.
set(SECANT_MATH_FLAGS -ffp-contract=off -fno-fast-math)
set(SECANT_LEVELS 2 3 4)

# With sanitizers -O1: optimising their checks takes most of the time of such a build, and what they check is the source.
set(SECANT_LEVEL_OPTIMISATION -O3)
if(SECANT_SANITIZE)
  set(SECANT_LEVEL_OPTIMISATION -O1)
endif()

# Defines <name>_OBJECTS. Kernel files must not emit weak symbols (inline functions of the standard library): the linker
# would keep one copy of them, perhaps the one that needs AVX-512. tests/CMakeLists.txt checks that with nm.
function(secant_add_levels name)
  set(objects)
  foreach(level IN LISTS SECANT_LEVELS)
    set(target ${name}_v${level})
    add_library(${target} OBJECT ${ARGN})
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/include ${CMAKE_CURRENT_SOURCE_DIR}/src)
    target_compile_definitions(${target} PRIVATE SECANT_LEVEL=v${level})
    target_compile_options(${target} PRIVATE -march=x86-64-v${level} ${SECANT_LEVEL_OPTIMISATION} -fno-exceptions
      -fno-rtti -Wno-psabi ${SECANT_MATH_FLAGS})
    if(level EQUAL 4)
      target_compile_options(${target} PRIVATE -mprefer-vector-width=512)
    endif()
    secant_warnings(${target})
    secant_sanitize(${target})
    list(APPEND objects $<TARGET_OBJECTS:${target}>)
  endforeach()
  set(${name}_OBJECTS ${objects} PARENT_SCOPE)
endfunction()
