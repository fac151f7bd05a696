//===- DiagnosticPrinter.cpp - Errors as a user reads them -------------------------------------===//

#include "DiagnosticPrinter.h"
#include "mlir/IR/Location.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;

namespace shardc {
namespace {

constexpr size_t maxLineLength = 200;
constexpr unsigned maxErrors = 20;

StringRef severityName(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Remark:
    return "remark";
  case DiagnosticSeverity::Note:
    return "note";
  }
  return "";
}

/// Replaces what could steer a terminal: messages and lines quote files that others wrote.
std::string printable(StringRef text) {
  std::string result;
  for (char c : text)
    result += c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= 0x20 ? c : '?';
  return result;
}

std::string placeOf(Location location, StringRef tool) {
  if (auto file = location->findInstanceOf<FileLineColLoc>())
    return (file.getFilename().getValue() + ":" + Twine(file.getLine()) + ":" + Twine(file.getColumn())).str();
  // The innermost name is the fullest: `LlamaAttention.q_proj` stands below `q_proj`.
  if (auto name = location->findInstanceOf<NameLoc>()) {
    while (auto inner = dyn_cast<NameLoc>(name.getChildLoc()))
      name = inner;
    return name.getName().str();
  }
  return tool.str();
}

/// Returns a line of a file, or an empty string.
std::string lineOf(StringRef path, unsigned number) {
  if (!llvm::sys::fs::is_regular_file(path) || number == 0)
    return "";
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return "";
  StringRef rest = (*buffer)->getBuffer();
  for (unsigned i = 1; i < number && !rest.empty(); ++i)
    rest = rest.split('\n').second;
  return rest.split('\n').first.rtrim('\r').str();
}

/// Prints the line of a file that a location names, and a caret below its column.
void printLine(Location location, llvm::raw_ostream &os) {
  auto file = location->findInstanceOf<FileLineColLoc>();
  if (!file)
    return;
  std::string line = lineOf(file.getFilename(), file.getLine());
  unsigned column = std::max(1u, file.getColumn());
  if (line.empty() || line.size() > maxLineLength || column > line.size() + 1)
    return;
  os << printable(line) << "\n";
  for (char c : StringRef(line).take_front(column - 1))
    os << (c == '\t' ? '\t' : ' ');
  os << "^\n";
}

/// Turns what passes remark into diagnostics, each a sentence behind the name of the phase.
class RemarksToDiagnostics : public remark::detail::MLIRRemarkStreamerBase {
public:
  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    InFlightDiagnostic diagnostic = emitRemark(remark.getLocation());
    diagnostic << remark.getCategoryName() << ": ";
    for (const remark::detail::Remark::Arg &part : remark.getArgs())
      diagnostic << part.val;
  }
};

} // namespace

LogicalResult enableRemarks(MLIRContext &context) {
  remark::RemarkCategories all;
  all.passed = all.missed = all.analysis = all.failed = ".*";
  return remark::enableOptimizationRemarks(context, std::make_unique<RemarksToDiagnostics>(),
                                           std::make_unique<remark::RemarkEmittingPolicyAll>(), all);
}

void disableRemarks(MLIRContext &context) {
  context.setRemarkEngine(nullptr);
}

DiagnosticPrinter::DiagnosticPrinter(MLIRContext &context, StringRef tool, llvm::raw_ostream &os)
    : tool(tool), os(os), handler(&context, [this](Diagnostic &diagnostic) {
        bool isError = diagnostic.getSeverity() == DiagnosticSeverity::Error;
        if (!isError || ++errors <= maxErrors)
          print(diagnostic);
      }) {}

DiagnosticPrinter::~DiagnosticPrinter() {
  if (errors > maxErrors)
    os << tool << ": and " << errors - maxErrors << " more errors\n";
}

void DiagnosticPrinter::print(Diagnostic &diagnostic) {
  os << printable(placeOf(diagnostic.getLocation(), tool)) << ": " << severityName(diagnostic.getSeverity()) << ": "
     << printable(diagnostic.str()) << "\n";
  printLine(diagnostic.getLocation(), os);
  for (Diagnostic &note : diagnostic.getNotes())
    print(note);
}

} // namespace shardc
