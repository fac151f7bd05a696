//===- ShardingRule.cpp - How the dimensions of an operation correspond ------------------------===//
#include "shardc/Interfaces/ShardingRule.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"

using namespace shardc;
using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::SmallVectorImpl;
using llvm::StringRef;

namespace {

/// Reads the text of a rule from left to right.
class RuleParser {
public:
  explicit RuleParser(ShardingRule &rule) : rule(rule) {}

  bool parse(StringRef text) {
    auto [left, right] = text.split("->");
    if (!text.contains("->") || right.contains("->"))
      return false;
    if (!parseTensors(left, rule.operands))
      return false;
    size_t onLeft = rule.factors.size();
    if (!parseTensors(right, rule.results))
      return false;
    setKinds(onLeft);
    return true;
  }

private:
  bool parseTensors(StringRef text, SmallVectorImpl<TensorFactors> &tensors) {
    if (text.trim() == "()") // no tensors at all, where an empty text is one of rank 0
      return true;
    SmallVector<StringRef> parts;
    text.split(parts, ',');
    return llvm::all_of(parts, [&](StringRef part) { return parseTensor(part, tensors.emplace_back()); });
  }

  bool parseTensor(StringRef text, TensorFactors &tensor) {
    for (text = text.trim(); !text.empty(); text = text.ltrim()) {
      if (text.consume_front("(")) {
        auto [inner, rest] = text.split(')');
        if (inner.size() == text.size() || !parseCompound(inner, tensor.emplace_back()))
          return false;
        text = rest;
        continue;
      }
      StringRef word = text.take_until([](char c) { return c == ' ' || c == '('; });
      text = text.drop_front(word.size());
      DimFactors &dim = tensor.emplace_back();
      if (word != "1" && !parseFactor(word, dim))
        return false;
    }
    return true;
  }

  bool parseCompound(StringRef text, DimFactors &dim) {
    SmallVector<StringRef> words;
    llvm::SplitString(text, words);
    return words.size() > 1 && llvm::all_of(words, [&](StringRef word) { return parseFactor(word, dim); });
  }

  bool parseFactor(StringRef name, DimFactors &dim) {
    if (!llvm::isAlpha(name.front()) || !llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; }))
      return false;
    int index = rule.find(name);
    if (index < 0) {
      index = rule.factors.size();
      rule.factors.push_back({name.str(), FactorKind::Pass});
    }
    dim.push_back(index);
    return true;
  }

  /// A factor of the first `onLeft`, those of the operands, that no result has is contracted.
  void setKinds(size_t onLeft) {
    SmallVector<bool> onRight(rule.factors.size(), false);
    for (const TensorFactors &tensor : rule.results)
      for (const DimFactors &dim : tensor)
        for (unsigned factor : dim)
          onRight[factor] = true;
    for (size_t factor = 0; factor < onLeft; ++factor)
      if (!onRight[factor])
        rule.factors[factor].kind = FactorKind::Sum;
  }

  ShardingRule &rule;
};

void setKind(ShardingRule &rule, StringRef names, FactorKind kind) {
  SmallVector<StringRef> words;
  llvm::SplitString(names, words);
  for (StringRef word : words) {
    int index = rule.find(word);
    if (index < 0)
      llvm::report_fatal_error(llvm::Twine("a sharding rule has no factor ") + word);
    rule.factors[index].kind = kind;
  }
}

void printTensors(const ShardingRule &rule, ArrayRef<TensorFactors> tensors, llvm::raw_ostream &os) {
  if (tensors.empty())
    os << "()";
  auto name = [&](unsigned factor) { os << rule.factors[factor].name; };
  llvm::interleave(
      tensors, os,
      [&](const TensorFactors &tensor) {
        llvm::interleave(
            tensor, os,
            [&](const DimFactors &dim) {
              if (dim.size() == 1)
                return name(dim.front());
              os << (dim.empty() ? "1" : "(");
              llvm::interleave(dim, os, name, " ");
              os << (dim.empty() ? "" : ")");
            },
            " ");
      },
      ", ");
}

void printKind(const ShardingRule &rule, FactorKind kind, StringRef label, llvm::raw_ostream &os) {
  StringRef separator = label;
  for (const Factor &factor : rule.factors) {
    if (factor.kind != kind)
      continue;
    os << separator << factor.name;
    separator = " ";
  }
}

/// Gives `sizes` what one tensor's dimensions say; -1 is a size not known yet. Returns false on a contradiction, and
/// clears `complete` where a dimension still has more than one unknown factor.
bool deduceSizes(const TensorFactors &tensor, ArrayRef<int64_t> shape, SmallVector<int64_t> &sizes, bool &complete) {
  if (tensor.size() != shape.size())
    return false;
  for (auto [dim, size] : llvm::zip_equal(tensor, shape)) {
    int64_t known = 1, unknown = -1, numUnknown = 0;
    for (unsigned factor : dim) {
      if (sizes[factor] >= 0) {
        known *= sizes[factor];
        continue;
      }
      unknown = factor;
      ++numUnknown;
    }
    if (numUnknown > 1) {
      complete = false;
      continue;
    }
    if (numUnknown == 1)
      sizes[unknown] = known == 0 ? 0 : size / known;
    if (known * (numUnknown ? sizes[unknown] : 1) != size)
      return false;
  }
  return true;
}

} // namespace

std::optional<ShardingRule> ShardingRule::tryParse(StringRef text) {
  ShardingRule rule;
  if (!RuleParser(rule).parse(text))
    return std::nullopt;
  return rule;
}

ShardingRule ShardingRule::parse(StringRef text) {
  std::optional<ShardingRule> rule = tryParse(text);
  if (!rule)
    llvm::report_fatal_error(llvm::Twine("malformed sharding rule: ") + text);
  return *rule;
}

ShardingRule ShardingRule::pointwise(unsigned rank, unsigned operands) {
  ShardingRule rule;
  TensorFactors tensor;
  for (unsigned dim = 0; dim < rank; ++dim) {
    rule.factors.push_back({"i" + std::to_string(dim), FactorKind::Pass});
    tensor.push_back({dim});
  }
  rule.operands.assign(operands, tensor);
  rule.results.push_back(tensor);
  return rule;
}

ShardingRule &ShardingRule::whole(StringRef names) {
  setKind(*this, names, FactorKind::Whole);
  return *this;
}

ShardingRule &ShardingRule::custom(StringRef names) {
  setKind(*this, names, FactorKind::Custom);
  return *this;
}

ShardingRule &ShardingRule::linearIn(ArrayRef<unsigned> set) {
  linear.emplace_back(set.begin(), set.end());
  return *this;
}

int ShardingRule::find(StringRef name) const {
  const auto *it = llvm::find_if(factors, [&](const Factor &factor) { return factor.name == name; });
  return it == factors.end() ? -1 : it - factors.begin();
}

bool ShardingRule::hasCustom() const {
  return llvm::any_of(factors, [](const Factor &factor) { return factor.kind == FactorKind::Custom; });
}

std::optional<SmallVector<int64_t>> ShardingRule::inferSizes(ArrayRef<ArrayRef<int64_t>> operandShapes,
                                                             ArrayRef<ArrayRef<int64_t>> resultShapes) const {
  if (operandShapes.size() != operands.size() || resultShapes.size() != results.size())
    return std::nullopt;
  SmallVector<int64_t> sizes(factors.size(), -1);
  // A quotient may need the sizes that a later tensor fixes, so the tensors are gone through until nothing is open.
  bool complete = false;
  for (size_t round = 0; !complete && round <= factors.size(); ++round) {
    complete = true;
    for (auto [tensor, shape] : llvm::zip_equal(operands, operandShapes))
      if (!deduceSizes(tensor, shape, sizes, complete))
        return std::nullopt;
    for (auto [tensor, shape] : llvm::zip_equal(results, resultShapes))
      if (!deduceSizes(tensor, shape, sizes, complete))
        return std::nullopt;
  }
  if (!complete)
    return std::nullopt;
  return sizes;
}

std::string ShardingRule::str() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  printTensors(*this, operands, os);
  os << " -> ";
  printTensors(*this, results, os);
  printKind(*this, FactorKind::Whole, "; whole ", os);
  printKind(*this, FactorKind::Custom, "; custom ", os);
  for (const auto &set : linear) {
    os << "; linear in ";
    llvm::interleave(set, os, [&](unsigned operand) { os << operand; }, "+");
  }
  return text;
}
