//===- RuntimeFunction.h - A function of shardrt/abi.h, seen from the compiler -----------------===//
//
// Derives the symbol and the LLVM type of a runtime function from its declaration, so that the ABI is declared once: a
// misspelt name does not compile, a changed parameter changes the generated call, a struct by value is refused.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_INTERFACES_RUNTIMEFUNCTION_H
#define SHARDC_INTERFACES_RUNTIMEFUNCTION_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMTypes.h"
#include "shardrt/abi.h"
#include <type_traits>

namespace shardc {

/// Returns the LLVM type of a C type that may appear in shardrt/abi.h.
template <typename T> mlir::Type llvmTypeOf(mlir::MLIRContext *context) {
  if constexpr (std::is_void_v<T>) {
    return mlir::LLVM::LLVMVoidType::get(context);
  } else if constexpr (std::is_pointer_v<T>) {
    return mlir::LLVM::LLVMPointerType::get(context);
  } else if constexpr (std::is_same_v<T, double>) {
    return mlir::Float64Type::get(context);
  } else {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>,
                  "only integers, enums, double and pointers cross the ABI");
    return mlir::IntegerType::get(context, 8 * sizeof(T));
  }
}

template <typename R, typename... A> mlir::LLVM::LLVMFunctionType signatureOf(R (*)(A...), mlir::MLIRContext *context) {
  return mlir::LLVM::LLVMFunctionType::get(llvmTypeOf<R>(context), {llvmTypeOf<A>(context)...});
}

/// A function of shardrt/abi.h: its symbol and its LLVM type.
struct RuntimeFunction {
  llvm::StringRef symbol;
  mlir::LLVM::LLVMFunctionType type;
};

/// Names a function of shardrt/abi.h; unevaluated, so nothing is linked.
#define SHARDC_RUNTIME_FN(fn, context)                                                                                 \
  ::shardc::RuntimeFunction {                                                                                          \
    #fn, ::shardc::signatureOf(static_cast<decltype(&fn)>(nullptr), context)                                           \
  }

} // namespace shardc

#endif // SHARDC_INTERFACES_RUNTIMEFUNCTION_H
