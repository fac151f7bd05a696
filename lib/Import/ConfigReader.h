//===- ConfigReader.h - The keys of a config.json, each asked for by name ----------------------===//
#ifndef SHARDC_LIB_IMPORT_CONFIGREADER_H
#define SHARDC_LIB_IMPORT_CONFIGREADER_H

#include "ConfigKey.h"
#include "JsonText.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringSet.h"
#include <memory>
#include <optional>

namespace shardc {

/// Returns the shortest text that reads back as the same number.
std::string printedNumber(double number);

/// Hands out the values of one JSON object. A value of the wrong kind is an error at its place and reads as the
/// default; whether there was one is asked at the end, so that one run reports all of them. Keys that were never asked
/// for are errors too.
class ConfigReader {
public:
  ConfigReader(const JsonText &json, mlir::MLIRContext &context)
      : object(json.object), locations(json.locations), context(context), failures(std::make_shared<unsigned>(0)),
        keys(std::make_shared<std::vector<ConfigKey>>()) {}

  bool has(llvm::StringRef key) const;
  /// True if the key stands there and is null.
  bool isNull(llvm::StringRef key) const;

  /// A positive integer below 2^31, with a default where one is allowed.
  int64_t size(llvm::StringRef key, std::optional<int64_t> defaultValue = std::nullopt);
  /// An integer of 32 bits, which must be there.
  int64_t integer(llvm::StringRef key);
  /// The same as size, but it may be zero.
  int64_t count(llvm::StringRef key, int64_t defaultValue);
  /// A finite number above zero.
  double positive(llvm::StringRef key, std::optional<double> defaultValue = std::nullopt);
  bool boolean(llvm::StringRef key, bool defaultValue);
  std::string string(llvm::StringRef key, llvm::StringRef defaultValue);
  /// The elements of a list of strings; empty if absent.
  std::vector<std::string> strings(llvm::StringRef key);
  /// A list of finite numbers above zero, which must be there.
  std::vector<double> positives(llvm::StringRef key);
  /// A reader of a nested object, which shares this one's errors; nothing if absent.
  std::optional<ConfigReader> nested(llvm::StringRef key);

  /// Refuses a switch that is on: what it turns on does not exist.
  void refuse(llvm::StringRef key);
  /// Refuses any value but null.
  void requireNull(llvm::StringRef key);
  /// Refuses a list or an object that holds anything.
  void requireEmpty(llvm::StringRef key);
  /// Refuses a number other than `only`; `defaultValue` is that of Hugging Face where the key is absent.
  void requireNumber(llvm::StringRef key, double only, std::optional<double> defaultValue = std::nullopt);

  /// Notes what a key resolved to, where that is more than what one of the above returned. Those note by themselves all
  /// that they read, but for the keys of training, starting values and lengths.
  void note(ConfigKey key);
  /// Takes back a note: the key turned out to have no effect.
  void forget(llvm::StringRef key);
  /// Returns what was noted, in the order in which it was.
  llvm::ArrayRef<ConfigKey> getNoted() const { return *keys; }

  /// Takes keys that have no effect on training.
  void ignore(llvm::ArrayRef<llvm::StringRef> keys);
  /// Reports every key that was not taken, by name.
  void refuseTheRest();

  /// Emits an error at a key's place.
  mlir::InFlightDiagnostic error(llvm::StringRef key);
  bool failed() const { return *failures > 0; }

private:
  ConfigReader(const llvm::json::Object &object, const ConfigReader &parent, llvm::StringRef prefix)
      : object(object), locations(parent.locations), context(parent.context), failures(parent.failures),
        keys(parent.keys), prefix(prefix) {}

  /// Returns the value of a key, or null if it is absent or null, and marks it as taken.
  const llvm::json::Value *take(llvm::StringRef key);
  int64_t integer(llvm::StringRef key, int64_t least, std::optional<int64_t> defaultValue);
  /// Notes a value that was read; its default where there is one.
  void noteRead(llvm::StringRef key, llvm::json::Value value, std::optional<llvm::json::Value> absent);
  void reportKind(llvm::StringRef key, const llvm::json::Value &value, llvm::StringRef expected);

  const llvm::json::Object &object;
  const llvm::StringMap<mlir::Location> &locations;
  mlir::MLIRContext &context;
  llvm::StringSet<> taken;
  std::shared_ptr<unsigned> failures;
  std::shared_ptr<std::vector<ConfigKey>> keys;
  std::string prefix;
};

} // namespace shardc

#endif // SHARDC_LIB_IMPORT_CONFIGREADER_H
