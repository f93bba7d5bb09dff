# millrace_library(<folder> SOURCES ... [DEPS <folder> ...] [LIBS <target> ...])
# One folder of src/ as one static library. DEPS are other folders and must agree with
# tools/layers.txt; LIBS are third-party targets.
function(millrace_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_library(millrace_${name} STATIC ${ARG_SOURCES})
  add_library(Millrace::${name} ALIAS millrace_${name})
  target_include_directories(millrace_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src"
                                                     "${PROJECT_SOURCE_DIR}/include")
  target_compile_options(millrace_${name} PRIVATE ${MILLRACE_WARNINGS})
  list(TRANSFORM ARG_DEPS PREPEND Millrace::)
  target_link_libraries(millrace_${name} PUBLIC ${ARG_DEPS} ${ARG_LIBS})
endfunction()

# millrace_tests(<folder> SOURCES <x>_test.cc ... [DEPS ...] [LIBS ...])
# All unit tests of one folder as one program, <folder>_tests.
function(millrace_tests name)
  if(NOT MILLRACE_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_executable(${name}_tests ${ARG_SOURCES})
  target_compile_options(${name}_tests PRIVATE ${MILLRACE_WARNINGS})
  list(TRANSFORM ARG_DEPS PREPEND Millrace::)
  target_link_libraries(${name}_tests PRIVATE Millrace::${name} ${ARG_DEPS} ${ARG_LIBS}
                                              GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name}_tests)
  set_tests_properties(${name} PROPERTIES LABELS unit)
endfunction()
