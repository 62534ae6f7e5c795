# Compiler settings every target of the project shares, as one INTERFACE target.
option(SCNN_WERROR "Treat compiler warnings as errors" OFF)
set(SCNN_SANITIZE "" CACHE STRING "Sanitizers to build with, for example address,undefined")
option(SCNN_COVERAGE "Instrument for line coverage" OFF)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(SCNN_CCACHE ccache)
if(SCNN_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SCNN_CCACHE})
endif()

add_library(scnn_options INTERFACE)
target_include_directories(scnn_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(scnn_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                              -Wno-sign-conversion -Wnon-virtual-dtor
                                              -Woverloaded-virtual)
# Floating-point results must be the same on every processor: no contraction to
# fused multiply-add, which some targets have and others lack.
target_compile_options(scnn_options INTERFACE -ffp-contract=off)
if(SCNN_WERROR)
  target_compile_options(scnn_options INTERFACE -Werror)
endif()
if(SCNN_SANITIZE)
  target_compile_options(scnn_options INTERFACE -fsanitize=${SCNN_SANITIZE}
                                                -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(scnn_options INTERFACE -fsanitize=${SCNN_SANITIZE})
endif()
if(SCNN_COVERAGE)
  target_compile_options(scnn_options INTERFACE --coverage -fprofile-abs-path)
  target_link_options(scnn_options INTERFACE --coverage)
endif()

# scnn_library(NAME SOURCES... ): a folder's static library under the shared settings.
function(scnn_library name)
  add_library(scnn_${name} STATIC ${ARGN})
  add_library(scnn::${name} ALIAS scnn_${name})
  target_link_libraries(scnn_${name} PUBLIC scnn_options)
endfunction()

# Compiles a source with kernels for one instruction set only, where it is instrumented.
function(scnn_one_instruction_set source)
  if(SCNN_SANITIZE AND CMAKE_SYSTEM_PROCESSOR STREQUAL x86_64)
    set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS
                                "-DHWY_COMPILE_ONLY_STATIC;-mavx2;-mfma;-mbmi;-mbmi2;-mf16c;-maes;-mpclmul")
  endif()
endfunction()
