//===- JsonText.h - A JSON file read with suspicion --------------------------------------------===//
//
// llvm::json parses recursively, keeps the last of duplicate keys and no positions. So a text is scanned once before it
// is parsed: the scan bounds its nesting, refuses duplicate keys and notes where each key stands.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_IMPORT_JSONTEXT_H
#define SHARDC_LIB_IMPORT_JSONTEXT_H

#include "mlir/IR/Location.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/JSON.h"
#include <string>

namespace shardc {

/// A parsed JSON object, its text and the places of its keys (by dotted path).
struct JsonText {
  std::string text;
  llvm::json::Object object;
  llvm::StringMap<mlir::Location> locations;
};

/// Parses `text`, which was read from `name`. Emits an error and fails if it is not an object within bounds.
mlir::FailureOr<JsonText> parseJsonText(llvm::StringRef text, llvm::StringRef name, mlir::MLIRContext &context);

/// Reads and parses a file.
mlir::FailureOr<JsonText> readJsonText(llvm::StringRef path, mlir::MLIRContext &context);

} // namespace shardc

#endif // SHARDC_LIB_IMPORT_JSONTEXT_H
