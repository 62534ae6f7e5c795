# Build targets for whoever changes the code: format-check, format, tidy, coverage.
# Their tools are optional packages; a target without its tool says which one it wants.

file(GLOB_RECURSE SCNN_SOURCES RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS
     sparse_formats/*.[ch]pp workloads/*.[ch]pp pruning/*.[ch]pp memory/*.[ch]pp pe/*.[ch]pp
     pe/*.inc
     sim/*.[ch]pp tools/*.[ch]pp bench/*.[ch]pp tests/*.[ch]pp)

# scnn_dev_target(NAME TOOL PACKAGE COMMAND...): COMMAND when TOOL was found, else a hint.
function(scnn_dev_target name tool package)
  if(tool)
    add_custom_target(${name} ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} USES_TERMINAL VERBATIM)
  else()
    add_custom_target(
      ${name}
      COMMAND ${CMAKE_COMMAND} -E echo
              "scnn: target ${name} needs Debian's package '${package}' (apt-get install ${package})"
      COMMAND ${CMAKE_COMMAND} -E false
      VERBATIM)
  endif()
endfunction()

# The formatting of other versions differs, so the version is fixed.
find_program(SCNN_CLANG_FORMAT clang-format-14)
scnn_dev_target(format-check "${SCNN_CLANG_FORMAT}" clang-format
                COMMAND ${SCNN_CLANG_FORMAT} --dry-run --Werror ${SCNN_SOURCES})
scnn_dev_target(format "${SCNN_CLANG_FORMAT}" clang-format
                COMMAND ${SCNN_CLANG_FORMAT} -i ${SCNN_SOURCES})

# All sources but the tests, whose Catch2 macros expand to what the checks complain of.
find_program(SCNN_RUN_CLANG_TIDY run-clang-tidy-14)
scnn_dev_target(
  tidy "${SCNN_RUN_CLANG_TIDY}" clang-tidy
  COMMAND ${SCNN_RUN_CLANG_TIDY} -quiet -p ${CMAKE_BINARY_DIR}
          "${CMAKE_SOURCE_DIR}/(sparse_formats|workloads|pruning|memory|pe|sim|tools|bench)/.*[.]cpp")

# scnn_executables(OUT DIRECTORY): every program built in a directory and below it.
function(scnn_executables out directory)
  get_property(found DIRECTORY ${directory} PROPERTY BUILDSYSTEM_TARGETS)
  set(programs)
  foreach(target ${found})
    get_target_property(type ${target} TYPE)
    if(type STREQUAL EXECUTABLE)
      list(APPEND programs ${target})
    endif()
  endforeach()
  get_property(subdirectories DIRECTORY ${directory} PROPERTY SUBDIRECTORIES)
  foreach(subdirectory ${subdirectories})
    scnn_executables(inner ${subdirectory})
    list(APPEND programs ${inner})
  endforeach()
  set(${out} ${programs} PARENT_SCOPE)
endfunction()

# Builds every program, runs the tests of this build and prints line coverage of the hardware folders.
find_program(SCNN_GCOVR gcovr)
if(SCNN_COVERAGE)
  scnn_dev_target(
    coverage "${SCNN_GCOVR}" gcovr
    COMMAND find ${CMAKE_BINARY_DIR} -name "*.gcda" -delete
    COMMAND ${CMAKE_CTEST_COMMAND} --test-dir ${CMAKE_BINARY_DIR} --label-exclude slow
            --output-on-failure --parallel 2
    COMMAND ${SCNN_GCOVR} --root ${CMAKE_SOURCE_DIR} --object-directory ${CMAKE_BINARY_DIR}
            --filter "(sparse_formats|memory|pe|sim)/" --exclude-throw-branches
            --exclude-unreachable-branches --print-summary --xml
            ${CMAKE_BINARY_DIR}/coverage.xml --txt)
  scnn_executables(programs ${CMAKE_SOURCE_DIR})
  add_dependencies(coverage ${programs})
else()
  add_custom_target(
    coverage
    COMMAND ${CMAKE_COMMAND} -E echo "scnn: coverage is measured in its own build: \
cmake --preset coverage && cmake --build --preset coverage"
    COMMAND ${CMAKE_COMMAND} -E false
    VERBATIM)
endif()
