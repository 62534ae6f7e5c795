# Run by the build: writes a source that knows version, commit and compiler.
#
#   cmake -D SOURCE_DIR=... -D TEMPLATE=... -D OUTPUT=... -D SCNN_VERSION=... -D SCNN_COMPILER=...
#         -P ScnnBuildInfo.cmake
set(SCNN_GIT_COMMIT unknown)
find_package(Git QUIET)
if(Git_FOUND)
  # A source tree inside somebody else's repository is not at that repository's commit.
  execute_process(COMMAND ${GIT_EXECUTABLE} rev-parse --show-toplevel HEAD
                  WORKING_DIRECTORY ${SOURCE_DIR} RESULT_VARIABLE status
                  OUTPUT_VARIABLE output ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REPLACE "\n" ";" output "${output}")
  list(LENGTH output length)
  if(status EQUAL 0 AND length EQUAL 2)
    list(GET output 0 top)
    file(REAL_PATH "${top}" top)
    file(REAL_PATH "${SOURCE_DIR}" source)
    if(top STREQUAL source)
      list(GET output 1 SCNN_GIT_COMMIT)
      # Only what becomes part of the program counts.
      execute_process(COMMAND ${GIT_EXECUTABLE} diff --quiet HEAD -- sparse_formats workloads
                              pruning memory pe sim tools
                      WORKING_DIRECTORY ${SOURCE_DIR} RESULT_VARIABLE status ERROR_QUIET)
      if(NOT status EQUAL 0)
        string(APPEND SCNN_GIT_COMMIT -dirty)
      endif()
    endif()
  endif()
endif()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
file(TOUCH ${OUTPUT})  # newer than what it depends on, or it would be made again and again
