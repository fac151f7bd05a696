//===- Yaml.h - A small tree read from YAML ----------------------------------------------------===//
//
// llvm::yaml parses lazily and recursively, and keeps duplicate keys. So a text is bounded before it is parsed, and
// read at once into a tree that knows where each of its values stands. Anchors, aliases and tags are refused; JSON is
// YAML.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_DRIVER_YAML_H
#define SHARDC_LIB_DRIVER_YAML_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Location.h"
#include "mlir/Support/LLVM.h"
#include <optional>
#include <string>
#include <vector>

namespace shardc {

struct YamlValue {
  enum class Kind { Null, Scalar, Sequence, Mapping };

  explicit YamlValue(mlir::Location location) : location(location), keyLocation(location) {}

  /// Returns a plain scalar's text; a quoted one is a string and never a number or a switch.
  std::optional<llvm::StringRef> plain() const {
    return kind == Kind::Scalar && !quoted ? std::optional<llvm::StringRef>(text) : std::nullopt;
  }
  /// Returns the value as an error message quotes it.
  std::string shown() const;

  Kind kind = Kind::Null;
  mlir::Location location;
  std::string text;
  bool quoted = false;
  std::string key; ///< of a value in a mapping
  mlir::Location keyLocation;
  std::vector<YamlValue> entries; ///< of a mapping
};

/// Parses one document. A name that is no file's becomes the location of all that is in it.
mlir::FailureOr<YamlValue> parseYaml(llvm::StringRef text, llvm::StringRef name, bool isFile,
                                     mlir::MLIRContext &context);

/// Reads and parses a file. A file that cannot be read is an error at `asked`, where it was named; `what` is the kind
/// of file.
mlir::FailureOr<YamlValue> readYaml(llvm::StringRef path, llvm::StringRef what, mlir::Location asked);

} // namespace shardc

#endif // SHARDC_LIB_DRIVER_YAML_H
