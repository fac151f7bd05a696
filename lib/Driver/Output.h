//===- Output.h - Files that are whole or not there --------------------------------------------===//
#ifndef SHARDC_LIB_DRIVER_OUTPUT_H
#define SHARDC_LIB_DRIVER_OUTPUT_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace shardc {

enum class WriteResult { Done, ProducerFailed, DiskFailed };

/// Lets `produce` write a file at a temporary path beside `path` and then gives it its name. What is no ordinary file
/// (a pipe, a device) is written directly. A failure of the disk is printed to `errors`.
WriteResult writeFile(llvm::StringRef path, llvm::raw_ostream &errors,
                      llvm::function_ref<mlir::LogicalResult(llvm::StringRef temporary)> produce);

/// Prints to a file as above, or to standard output if `path` is empty or `-`.
WriteResult writeText(llvm::StringRef path, llvm::raw_ostream &errors,
                      llvm::function_ref<mlir::LogicalResult(llvm::raw_ostream &)> produce);

} // namespace shardc

#endif // SHARDC_LIB_DRIVER_OUTPUT_H
