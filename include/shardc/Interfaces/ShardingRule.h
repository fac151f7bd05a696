//===- ShardingRule.h - How the dimensions of an operation correspond --------------------------===//
//
// A factor rule in einops form with compound dimensions: attention is `b t (k g) d, b s k d, b s k d -> b t (k g) d`.
// Each name is a factor of the iteration space; a dimension is a product of factors, major to minor.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_INTERFACES_SHARDINGRULE_H
#define SHARDC_INTERFACES_SHARDINGRULE_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace shardc {

/// What sharding a factor does to an operation.
enum class FactorKind {
  Pass,   ///< every rank computes its part
  Sum,    ///< contracted: sharding it makes the results P
  Whole,  ///< must not be sharded
  Custom, ///< `buildSharded` writes what sharding it takes
};

struct Factor {
  std::string name;
  FactorKind kind;
};

/// The factors of one dimension, major to minor, as indices into ShardingRule::factors. Empty for a dimension of size
/// one.
using DimFactors = llvm::SmallVector<unsigned, 2>;
/// The dimensions of one operand or result.
using TensorFactors = llvm::SmallVector<DimFactors, 4>;

/// A factor that occurs on the left of the arrow only is Sum; one that occurs on the right is Pass; `whole` and
/// `custom` override that. A factor that occurs on the right only has no operand to read its sharding from: the
/// result's type says it. With several results the kind is that of the operation; a result that lacks a sharded factor
/// of the operands is P, also where another result has it (the key's gradient, when attention's queries are sharded).
struct ShardingRule {
  llvm::SmallVector<Factor, 8> factors;
  llvm::SmallVector<TensorFactors, 4> operands, results;
  /// Sets of operands in which the operation is jointly linear: if exactly the operands of one set are P along an axis
  /// (and the others C), the results are P. Multiplication has {0} and {1}, addition has {0, 1}.
  llvm::SmallVector<llvm::SmallVector<unsigned, 2>, 2> linear;

  /// Parses `text`, for example "b t (h d), d -> b t (h d)"; "1" is a dimension without a factor, "" a tensor of rank
  /// 0, and
  /// "()" stands for no tensors at all. Malformed text gives nothing.
  static std::optional<ShardingRule> tryParse(llvm::StringRef text);
  /// The same for text of the compiler's own: a malformed one is a programming error, and ends the program.
  static ShardingRule parse(llvm::StringRef text);
  /// The rule of a pointwise operation on `operands` tensors and one result of rank `rank`.
  static ShardingRule pointwise(unsigned rank, unsigned operands);

  /// Marks the factors named in `names` (separated by spaces).
  ShardingRule &whole(llvm::StringRef names);
  ShardingRule &custom(llvm::StringRef names);
  /// Adds a set of jointly linear operands.
  ShardingRule &linearIn(llvm::ArrayRef<unsigned> set);

  /// Returns the index of the factor `name`, or -1.
  int find(llvm::StringRef name) const;
  bool hasCustom() const;
  /// Returns the size of each factor under these shapes; a factor that no dimension fixes by itself is the quotient.
  /// Nothing if the shapes contradict the rule or leave a factor open.
  std::optional<llvm::SmallVector<int64_t>> inferSizes(llvm::ArrayRef<llvm::ArrayRef<int64_t>> operandShapes,
                                                       llvm::ArrayRef<llvm::ArrayRef<int64_t>> resultShapes) const;
  /// Prints the rule as text that parse accepts, followed by the kinds that it overrides and the linear sets:
  /// "b t v, b t -> b t 1; linear in 0".
  std::string str() const;
};

} // namespace shardc

#endif // SHARDC_INTERFACES_SHARDINGRULE_H
