//===- Body.cpp - Bodies of functions ---------------------------------------===//

#include "Body.h"
#include "Decoder.h"

#include <list>

using namespace shardrt::ptx;

namespace {

const std::map<std::string_view, Special> specials{
    {"%tid.x", Special::TidX},
    {"%tid.y", Special::TidY},
    {"%tid.z", Special::TidZ},
    {"%ntid.x", Special::NtidX},
    {"%ntid.y", Special::NtidY},
    {"%ntid.z", Special::NtidZ},
    {"%ctaid.x", Special::CtaidX},
    {"%ctaid.y", Special::CtaidY},
    {"%ctaid.z", Special::CtaidZ},
    {"%nctaid.x", Special::NctaidX},
    {"%nctaid.y", Special::NctaidY},
    {"%nctaid.z", Special::NctaidZ},
    {"%laneid", Special::LaneId},
    {"%warpid", Special::WarpId},
    {"%nwarpid", Special::NwarpId},
    {"%lanemask_eq", Special::LaneEq},
    {"%lanemask_lt", Special::LaneLt},
    {"%lanemask_le", Special::LaneLe},
    {"%lanemask_gt", Special::LaneGt},
    {"%lanemask_ge", Special::LaneGe},
    {"%dynamic_smem_size", Special::DynamicSharedBytes},
    {"%total_smem_size", Special::TotalSharedBytes},
};

class BodyParser {
public:
  BodyParser(Program &program, Function &function, TokenReader &reader, const Names &params)
      : program(program), function(function), reader(reader), decoder(program, function) {
    scopes.emplace_back(&params);
  }
  void parse();

private:
  bool directive(const Token &word);
  void registers();
  void variable(std::string_view space);
  void statement(std::optional<Operand> guard, const Token &mnemonic);
  void jumpTable(const Token &label);
  Operand operand();
  Operand simpleOperand();
  Operand address();
  std::vector<Operand> operands(std::string_view close);
  Operand registerNamed(const Token &name);

  Program &program;
  Function &function;
  TokenReader &reader;
  Decoder decoder;
  std::list<Names> scopes; // the innermost last
};

} // namespace

void BodyParser::parse() {
  reader.expect("{");
  while (!scopes.empty()) {
    if (reader.peek().kind == Token::End)
      reader.unexpected("'}'");
    if (reader.accept("{")) {
      scopes.emplace_back(&scopes.back());
    } else if (reader.accept("}")) {
      if (scopes.size() == 1)
        break;
      scopes.pop_back();
    } else if (reader.accept(";")) {
      continue;
    } else if (reader.accept("@")) {
      bool negated = reader.accept("!");
      Operand guard = registerNamed(reader.expectName());
      guard.negated = negated;
      statement(guard, reader.expectName());
    } else {
      Token word = reader.expectName();
      if (reader.accept(":")) {
        if (reader.accept(".branchtargets"))
          jumpTable(word);
        else
          decoder.label(word.text, word.line);
      } else if (!directive(word)) {
        statement(std::nullopt, word);
      }
    }
  }
  decoder.finish();
}

/// Reads a directive. Returns false if `word` is an instruction.
bool BodyParser::directive(const Token &word) {
  if (word.text[0] != '.')
    return false;
  if (word.text == ".reg") {
    registers();
  } else if (word.text == ".local" || word.text == ".param" || word.text == ".shared") {
    variable(word.text);
  } else if (word.text == ".loc") { // of a debugger
    while (reader.peek().line == word.line && reader.peek().kind != Token::End)
      reader.take();
  } else if (word.text == ".pragma") {
    Token pragma = reader.take();
    if (pragma.kind != Token::String || !pragma.text.starts_with("nounroll"))
      failAt(word.line, "pragma '" + std::string(pragma.text) + "' is not supported");
    reader.expect(";");
  } else {
    failAt(word.line, "directive '" + std::string(word.text) + "' is not supported");
  }
  return true;
}

void BodyParser::registers() {
  Token type = reader.expectName();
  int bytes = typeBytes(type.text);
  if (bytes == 0 || (bytes == 1 && type.text != ".pred"))
    failAt(type.line, "registers of type '" + std::string(type.text) + "' are not supported");
  do {
    Token name = reader.expectName();
    int64_t count = 0;
    if (reader.accept("<")) {
      count = reader.expectCount();
      if (count == 0 || count > 1000000)
        failAt(name.line, "expected 1 to 1000000 registers, got " + std::to_string(count));
      reader.expect(">");
    }
    scopes.back().addRegisters(name.text, count, {program.registerBytes, uint8_t(bytes)}, name.line);
    program.registerBytes += uint32_t(std::max<int64_t>(count, 1)) * uint32_t(bytes);
  } while (reader.accept(","));
  reader.expect(";");
}

void BodyParser::variable(std::string_view space) {
  Declaration declaration = parseDeclaration(reader);
  reader.expect(";");
  Variable &variable = declaration.variable;
  if (space == ".shared") {
    addShared(function.shared, declaration, false);
  } else {
    if (variable.bytes == 0)
      failAt(declaration.line, "variable '" + std::string(declaration.name) + "' has no size");
    variable.space = Space::Local;
    variable.offset = (program.localBytes + variable.align - 1) / variable.align * variable.align;
    program.localBytes = variable.offset + variable.bytes;
  }
  scopes.back().add(declaration.name, variable, declaration.line);
}

void BodyParser::jumpTable(const Token &label) {
  std::vector<std::string_view> targets;
  do
    targets.push_back(reader.expectName().text);
  while (reader.accept(","));
  reader.expect(";");
  decoder.jumpTable(label.text, targets, label.line);
}

void BodyParser::statement(std::optional<Operand> guard, const Token &mnemonic) {
  Statement statement{mnemonic.line, mnemonic.text, {}, std::move(guard)};
  if (!reader.accept(";"))
    statement.operands = operands(";");
  decoder.decode(statement);
}

std::vector<Operand> BodyParser::operands(std::string_view close) {
  std::vector<Operand> list;
  do
    list.push_back(operand());
  while (reader.accept(","));
  reader.expect(close);
  return list;
}

Operand BodyParser::registerNamed(const Token &name) {
  Operand operand(Operand::Register);
  if (auto special = specials.find(name.text); special != specials.end()) {
    operand.reg = uint32_t(special->second) * 4;
    operand.bytes = 4;
    operand.name = name.text;
    return operand;
  }
  std::optional<RegisterPlace> place = scopes.back().findRegister(name.text);
  if (!place)
    failAt(name.line, "'" + std::string(name.text) +
                          "' is no register of this function, nor a special register that is supported");
  operand.reg = place->offset;
  operand.bytes = place->bytes;
  return operand;
}

/// A register, number, or name of something.
Operand BodyParser::simpleOperand() {
  const Token &token = reader.peek();
  if (token.kind == Token::Number || token.text == "-") {
    bool isReal = token.text.starts_with("0f") || token.text.starts_with("0d");
    Operand operand(isReal ? Operand::Real : Operand::Integer);
    operand.bytes = token.text.starts_with("0f") ? 4 : 8;
    operand.value = literal(reader, operand.bytes);
    return operand;
  }
  Token name = reader.expectName();
  if (name.text == "_")
    return Operand(Operand::Sink);
  if (const Variable *variable = scopes.back().find(name.text)) {
    Operand operand(Operand::Symbol);
    operand.variable = *variable;
    operand.name = name.text;
    return operand;
  }
  if (name.text[0] == '%' || scopes.back().findRegister(name.text))
    return registerNamed(name);
  Operand operand(Operand::Name);
  operand.name = name.text;
  return operand;
}

Operand BodyParser::address() {
  Operand operand(Operand::Address);
  operand.elements.push_back(simpleOperand());
  bool isNegative = reader.accept("-");
  if (isNegative || reader.accept("+")) {
    int64_t displacement = literal(reader, 4);
    operand.value = isNegative ? -displacement : displacement;
  }
  reader.expect("]");
  return operand;
}

Operand BodyParser::operand() {
  if (reader.accept("["))
    return address();
  if (reader.accept("{")) {
    Operand operand(Operand::Vector);
    operand.elements = operands("}");
    return operand;
  }
  if (reader.accept("(")) {
    Operand operand(Operand::List);
    if (!reader.accept(")"))
      operand.elements = operands(")");
    return operand;
  }
  bool negated = reader.accept("!");
  Operand first = simpleOperand();
  first.negated = negated;
  if (first.kind == Operand::Symbol && reader.accept("+")) {
    first.variable.offset += literal(reader, 4);
  } else if (reader.accept("|")) {
    Operand both(Operand::Two);
    both.elements.push_back(std::move(first));
    both.elements.push_back(simpleOperand());
    return both;
  }
  return first;
}

void shardrt::ptx::parseBody(Program &program, Function &function, TokenReader &reader, const Names &params) {
  function.firstRegister = program.registerBytes;
  function.firstJump = program.jumps.size();
  if (!function.isEntry) {
    function.returnRegister = program.registerBytes;
    program.registerBytes += 4;
  }
  BodyParser(program, function, reader, params).parse();
  function.lastRegister = program.registerBytes;
  function.lastJump = program.jumps.size();
}
