//===- Names.cpp - Scopes and declarations ----------------------------------===//

#include "Body.h"

#include <bit>
#include <charconv>

using namespace shardrt::ptx;

void Names::add(std::string_view name, const Variable &variable, uint32_t line) {
  if (!variables.emplace(name, variable).second)
    failAt(line, "'" + std::string(name) + "' is declared twice");
}

void Names::addRegisters(std::string_view name, int64_t count, RegisterPlace first, uint32_t line) {
  if (!registers.emplace(name, Registers{count, first}).second)
    failAt(line, "register '" + std::string(name) + "' is declared twice");
}

const Variable *Names::find(std::string_view name) const {
  auto found = variables.find(name);
  return found != variables.end() ? &found->second : outer ? outer->find(name) : nullptr;
}

std::optional<RegisterPlace> Names::findRegister(std::string_view name) const {
  if (auto found = registers.find(name); found != registers.end() && found->second.count == 0)
    return found->second.first;
  std::string_view prefix = name.substr(0, name.find_last_not_of("0123456789") + 1),
                   digits = name.substr(prefix.size());
  int64_t number = 0;
  if (auto found = registers.find(prefix);
      found != registers.end() && !digits.empty() &&
      std::from_chars(digits.data(), digits.data() + digits.size(), number).ec == std::errc() &&
      number < found->second.count) {
    RegisterPlace place = found->second.first;
    place.offset += uint32_t(number) * place.bytes;
    return place;
  }
  return outer ? outer->findRegister(name) : std::nullopt;
}

Declaration shardrt::ptx::parseDeclaration(TokenReader &reader) {
  Declaration declaration{};
  declaration.line = reader.line();
  int64_t align = 0;
  auto readAlign = [&] {
    align = reader.expectCount();
    if (align > 4096 || !std::has_single_bit(uint64_t(align)))
      failAt(declaration.line, "an alignment of " + std::to_string(align) + " is no power of 2 up to 4096");
  };
  if (reader.accept(".align"))
    readAlign();
  Token type = reader.expectName();
  declaration.elementBytes = typeBytes(type.text);
  if (declaration.elementBytes == 0 || type.text == ".pred")
    failAt(type.line, "type '" + std::string(type.text) + "' is not supported for variables");
  if (reader.accept(".ptr")) { // what the parameter points to: promises for the optimiser
    for (const char *space : {".global", ".shared", ".local", ".const"})
      reader.accept(space);
    if (reader.accept(".align"))
      reader.expectCount();
  } else if (reader.accept(".align")) {
    readAlign();
  }
  declaration.name = reader.expectName().text;
  int64_t elements = 1;
  if (reader.accept("[")) {
    elements = 0;
    if (!reader.accept("]")) {
      elements = reader.expectCount();
      reader.expect("]");
    }
  }
  if (elements > int64_t(1) << 30)
    failAt(declaration.line, "variable '" + std::string(declaration.name) + "' is too large");
  declaration.variable.bytes = elements * declaration.elementBytes;
  declaration.variable.align = align ? align : declaration.elementBytes;
  return declaration;
}

void shardrt::ptx::addShared(SharedLayout &layout, Declaration &declaration, bool isExtern) {
  Variable &variable = declaration.variable;
  variable.space = Space::Shared;
  if (variable.bytes == 0) {
    variable.base = Base::DynamicShared;
    return;
  }
  if (isExtern)
    failAt(declaration.line, "shared variable '" + std::string(declaration.name) + "' is defined elsewhere");
  // A gap after each variable shows accesses that leave it.
  constexpr int64_t gap = 16;
  variable.offset = (layout.end + variable.align - 1) / variable.align * variable.align;
  layout.end = variable.offset + variable.bytes + gap;
  layout.variables.emplace_back(variable.offset, variable.bytes);
}

int64_t shardrt::ptx::literal(TokenReader &reader, int64_t bytes) {
  uint32_t line = reader.line();
  bool isNegative = reader.accept("-");
  if (reader.peek().kind != Token::Number)
    reader.unexpected("a number");
  Token token = reader.take();
  bool isReal = token.text.starts_with("0f") || token.text.starts_with("0F") || token.text.starts_with("0d") ||
                token.text.starts_with("0D");
  if (!isReal) {
    int64_t value = integerLiteral(token);
    if (isNegative)
      value = int64_t(0 - uint64_t(value));
    // It must be a number of this many bits, signed or not.
    int64_t rest = bytes >= 8 ? 0 : value >> (8 * bytes - 1);
    if (rest != 0 && rest != 1 && rest != -1)
      failAt(line, "number " + std::string(isNegative ? "-" : "") + std::string(token.text) + " does not fit " +
                       std::to_string(bytes) + " bytes");
    return value;
  }
  size_t digits = std::tolower(token.text[1]) == 'f' ? 8 : 16;
  uint64_t bits = 0;
  const char *end = token.text.data() + token.text.size();
  if (isNegative || token.text.size() != 2 + digits || int64_t(digits) != 2 * bytes ||
      std::from_chars(token.text.data() + 2, end, bits, 16).ptr != end)
    failAt(line, "'" + std::string(token.text) + "' is not a real number of " + std::to_string(bytes) + " bytes");
  return int64_t(bits);
}
