//===- EqualFunctions.cpp - One function for kernels that are the same code --------------------===//
//
// Numbers of rows and of partial sums are arguments, so that kernels on tensors of different shapes often have equal
// functions.
//
//=== ------------------------------------------------------------------------------------------===//
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "shardc/Conversion/Gpu/GpuKernels.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace shardc;

/// Puts constants first, in the order of their text: passes leave them in one that depends on the numbers.
static void sortConstants(LLVM::LLVMFuncOp function) {
  std::vector<std::pair<std::string, Operation *>> constants;
  for (auto constant : function.getBody().front().getOps<LLVM::ConstantOp>()) {
    std::string text;
    llvm::raw_string_ostream(text) << constant.getValue() << constant.getType();
    constants.emplace_back(text, constant);
  }
  llvm::sort(constants, [](auto &a, auto &b) { return a.first > b.first; });
  for (auto &[text, constant] : constants)
    constant->moveBefore(&function.getBody().front(), function.getBody().front().begin());
}

/// Prints a function and the shared memory that it uses as if it had no name of its own.
static std::string textOf(LLVM::LLVMFuncOp function, const SymbolTable &symbols) {
  std::string text;
  llvm::raw_string_ostream os(text);
  function->print(os, OpPrintingFlags().useLocalScope());
  function.walk([&](LLVM::AddressOfOp address) {
    if (Operation *global = symbols.lookup(address.getGlobalName()))
      global->print(os, OpPrintingFlags().useLocalScope());
  });
  std::string name = function.getSymName().str(), anonymous;
  for (size_t at = 0, next; at <= text.size(); at = next + name.size()) {
    next = text.find(name, at);
    anonymous += text.substr(at, next - at);
    if (next == std::string::npos)
      break;
    anonymous += "$self";
  }
  return anonymous;
}

void codegen::mergeEqualFunctions(ModuleOp kernels, std::vector<GpuKernel> &users) {
  SymbolTable symbols(kernels);
  llvm::StringMap<std::string> byText;
  for (GpuKernel &kernel : users)
    for (GpuLaunch &launch : kernel.launches) {
      auto function = symbols.lookup<LLVM::LLVMFuncOp>(launch.function);
      sortConstants(function);
      std::string text = llvm::utostr(launch.threads) + textOf(function, symbols);
      auto [entry, isNew] = byText.try_emplace(text, launch.function);
      if (isNew)
        continue;
      SmallVector<Operation *> shared;
      function.walk([&](LLVM::AddressOfOp address) { shared.push_back(symbols.lookup(address.getGlobalName())); });
      symbols.erase(function);
      for (Operation *global : llvm::SetVector<Operation *>(shared.begin(), shared.end()))
        symbols.erase(global);
      launch.function = entry->second;
    }
}
