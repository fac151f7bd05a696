//===- DiagnosticPrinter.h - Errors as a user reads them ---------------------------------------===//
#ifndef SHARDC_LIB_DRIVER_DIAGNOSTICPRINTER_H
#define SHARDC_LIB_DRIVER_DIAGNOSTICPRINTER_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/raw_ostream.h"

namespace shardc {

/// Makes diagnostics of what passes remark about their decisions: each a sentence behind the name of the phase.
mlir::LogicalResult enableRemarks(mlir::MLIRContext &context);
void disableRemarks(mlir::MLIRContext &context);

/// While it lives, prints every diagnostic of a context as `FILE:LINE:COLUMN: error: MESSAGE` with the line and a
/// caret, or with the dotted name of what it is about, or with the tool's name.
class DiagnosticPrinter {
public:
  DiagnosticPrinter(mlir::MLIRContext &context, llvm::StringRef tool, llvm::raw_ostream &os);
  ~DiagnosticPrinter();

private:
  void print(mlir::Diagnostic &diagnostic);

  std::string tool;
  unsigned errors = 0;
  llvm::raw_ostream &os;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace shardc

#endif // SHARDC_LIB_DRIVER_DIAGNOSTICPRINTER_H
