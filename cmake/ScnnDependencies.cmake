# Every library comes from a Debian package; a missing one is named with it.
function(scnn_missing what package)
  message(FATAL_ERROR "scnn needs ${what}: install Debian's package '${package}' "
                      "(apt-get install ${package}), or run ./check, which installs it")
endfunction()

find_package(Threads REQUIRED)
find_package(PkgConfig QUIET)
if(NOT PkgConfig_FOUND)
  scnn_missing("pkg-config" pkg-config)
endif()

# Debian's SystemC 2.3.4 ships no CMake package; its library is compiled as C++17,
# and SC_CPLUSPLUS tells its headers so when they are read as C++20.
find_path(SYSTEMC_INCLUDE_DIR systemc.h)
find_library(SYSTEMC_LIBRARY systemc)
if(NOT SYSTEMC_INCLUDE_DIR OR NOT SYSTEMC_LIBRARY)
  scnn_missing("SystemC 2.3.4" libsystemc-dev)
endif()
add_library(scnn_systemc INTERFACE)
target_include_directories(scnn_systemc SYSTEM INTERFACE ${SYSTEMC_INCLUDE_DIR})
target_compile_definitions(scnn_systemc INTERFACE SC_CPLUSPLUS=201703L SC_INCLUDE_FX=0)
target_link_libraries(scnn_systemc INTERFACE ${SYSTEMC_LIBRARY} Threads::Threads)

find_package(Boost 1.74 QUIET COMPONENTS program_options)
if(NOT Boost_FOUND)
  scnn_missing("Boost.Program_options" libboost-program-options-dev)
endif()

pkg_check_modules(HDF5 QUIET IMPORTED_TARGET hdf5)
if(NOT HDF5_FOUND)
  scnn_missing("HDF5" libhdf5-dev)
endif()

find_package(nlohmann_json 3.11 QUIET)
if(NOT nlohmann_json_FOUND)
  scnn_missing("nlohmann/json" nlohmann-json3-dev)
endif()

find_package(fmt 9 QUIET)
if(NOT fmt_FOUND)
  scnn_missing("fmt" libfmt-dev)
endif()

find_package(OpenSSL QUIET COMPONENTS Crypto)
if(NOT OPENSSL_FOUND)
  scnn_missing("OpenSSL's libcrypto (SHA-256 of inputs)" libssl-dev)
endif()

# Highway: the step kernel of the decoupled engine, dispatched at run time.
pkg_check_modules(HWY QUIET IMPORTED_TARGET libhwy)
if(NOT HWY_FOUND)
  scnn_missing("Highway" libhwy-dev)
else()
  # The kernels keep vectors in arrays, which vectors of a length unknown to the compiler
  # cannot be.
  target_compile_definitions(PkgConfig::HWY INTERFACE
                             "HWY_DISABLED_TARGETS=(HWY_SVE|HWY_SVE2|HWY_SVE_256|HWY_SVE2_128)")
endif()

# oneTBB: the threads of the decoupled engine.
find_package(TBB QUIET)
if(NOT TBB_FOUND)
  scnn_missing("oneTBB" libtbb-dev)
endif()

# muParser: the filters of sweeps.
pkg_check_modules(MUPARSER QUIET IMPORTED_TARGET muparser)
if(NOT MUPARSER_FOUND)
  scnn_missing("muParser" libmuparser-dev)
endif()
