# Kernel sources are compiled once per x86-64 level from the same text. No contraction and no fast math, so that the
# three give the same bits; 64-byte vectors are spelled out in the source (src/cpu/lanes.h), not left to the optimiser.
set(SECANT_MATH_FLAGS -ffp-contract=off -fno-fast-math)
set(SECANT_LEVELS 2 3 4)

# The highest level that runs here, where that can be known: what a sanitizer checks has to run.
set(SECANT_HIGHEST_LEVEL 4)
if(EXISTS /proc/cpuinfo)
  file(STRINGS /proc/cpuinfo flags REGEX "^flags" LIMIT_COUNT 1)
  if(NOT flags MATCHES " avx512vl( |$)")
    set(SECANT_HIGHEST_LEVEL 3)
  endif()
  if(NOT flags MATCHES " avx2( |$)")
    set(SECANT_HIGHEST_LEVEL 2)
  endif()
endif()
set(SECANT_ABSENT_LEVELS)
if(SECANT_SANITIZE AND SECANT_HIGHEST_LEVEL LESS 4)
  list(REMOVE_ITEM SECANT_LEVELS 4)
  set(SECANT_ABSENT_LEVELS SECANT_WITHOUT_LEVEL_4)
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
    target_compile_options(${target} PRIVATE -march=x86-64-v${level} -O3 -fno-exceptions -fno-rtti -Wno-psabi
      ${SECANT_MATH_FLAGS})
    if(level EQUAL 4)
      target_compile_options(${target} PRIVATE -mprefer-vector-width=512)
    endif()
    secant_warnings(${target})
    # ThreadSanitizer looks at threads, and the levels are one source: the highest is enough, the others are compiled as
    # ever.
    if(NOT "thread" IN_LIST SECANT_SANITIZE OR level EQUAL SECANT_HIGHEST_LEVEL)
      secant_sanitize(${target})
    endif()
    list(APPEND objects $<TARGET_OBJECTS:${target}>)
  endforeach()
  set(${name}_OBJECTS ${objects} PARENT_SCOPE)
endfunction()
