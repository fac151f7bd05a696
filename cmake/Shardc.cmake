# How the compiler's libraries and tools are built: against the shared libraries MLIR and LLVM only (never mixed with the
# static ones), with one precompiled header, because the front end's work on MLIR's headers dominates the build.

set(SHARDC_INCLUDES ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include ${PROJECT_SOURCE_DIR}/runtime/include)

# Where mlir-tblgen looks for included files: it takes the folder's property, not a target's.
include_directories(${SHARDC_INCLUDES})
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})

add_library(shardc-pch OBJECT ${CMAKE_CURRENT_LIST_DIR}/Pch.cpp)
# What nearly every file of the compiler includes.
target_precompile_headers(shardc-pch PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/StandardLibrary.h
  <mlir/Bytecode/BytecodeOpInterface.h>
  <mlir/Dialect/Arith/IR/Arith.h>
  <mlir/Dialect/Func/IR/FuncOps.h>
  <mlir/Dialect/LLVMIR/LLVMDialect.h>
  <mlir/Dialect/Linalg/IR/Linalg.h>
  <mlir/Dialect/Math/IR/Math.h>
  <mlir/Dialect/Tensor/IR/Tensor.h>
  <mlir/IR/Builders.h>
  <mlir/IR/BuiltinOps.h>
  <mlir/IR/DialectImplementation.h>
  <mlir/IR/IRMapping.h>
  <mlir/IR/OpImplementation.h>
  <mlir/IR/PatternMatch.h>
  <mlir/Pass/Pass.h>
  <mlir/Pass/PassManager.h>
  <llvm/Support/Debug.h>
  <llvm/Support/JSON.h>)

function(shardc_configure target)
  target_include_directories(${target} PRIVATE ${SHARDC_INCLUDES})
  target_include_directories(${target} SYSTEM PRIVATE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
  target_compile_options(${target} PRIVATE -fno-exceptions -fvisibility-inlines-hidden -Wall -Wextra -Wno-unused-parameter)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # Together with ccache's sloppiness these make a precompiled header cacheable.
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()
shardc_configure(shardc-pch)

# shardc_library(NAME sources... DEPENDS generated... LINK libraries...)
function(shardc_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  shardc_configure(${name})
  target_precompile_headers(${name} REUSE_FROM shardc-pch)
  add_dependencies(${name} shardc-headers ${ARG_DEPENDS})
  target_link_libraries(${name} PUBLIC ${ARG_LINK} MLIR LLVM)
endfunction()

# shardc_tool(NAME sources... LINK libraries...); without the precompiled header, which is not for executables (-fPIE).
function(shardc_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  shardc_configure(${name})
  add_dependencies(${name} shardc-headers)
  target_link_libraries(${name} PRIVATE ${ARG_LINK} MLIR LLVM)
endfunction()

# Every generated header hangs on this target.
add_custom_target(shardc-headers)

# shardc_tablegen(NAME) after mlir_tablegen(...) calls in the same folder.
function(shardc_tablegen name)
  add_public_tablegen_target(${name})
  add_dependencies(shardc-headers ${name})
endfunction()
