//===- Parser.cpp - Modules: variables and functions ------------------------===//

#include "Body.h"

#include <charconv>
#include <cstring>
#include <set>

using namespace shardrt::ptx;

Module::Module(std::unique_ptr<Program> program) : contents(std::move(program)) {}
Module::~Module() = default;

namespace {

class ModuleParser {
public:
  ModuleParser(Program &program, const std::vector<Token> &tokens) : program(program), reader(tokens) {}
  void parse();

private:
  void target();
  void variable(std::string_view spaceName, bool isExtern);
  void initialise(const Variable &variable, std::vector<char> &image, int64_t elementBytes);
  void function(bool isEntry, bool isExtern);
  Variable parameter(Function &function, Names &names, bool isEntry);
  void limits(Function &function);
  void checkSharedOrder(uint32_t line) const;

  Program &program;
  TokenReader reader;
  Names names;
  bool entriesHaveShared = false;
};

} // namespace

void ModuleParser::parse() {
  while (reader.peek().kind != Token::End) {
    bool isExtern = false;
    for (;;) {
      if (reader.accept(".extern"))
        isExtern = true;
      else if (!reader.accept(".visible") && !reader.accept(".weak"))
        break;
    }
    Token word = reader.expectName();
    if (word.text == ".version") {
      reader.take();
    } else if (word.text == ".target") {
      target();
    } else if (word.text == ".address_size") {
      if (reader.expectCount() != 64)
        failAt(word.line, "addresses must have 64 bits");
    } else if (word.text == ".file") {
      while (reader.peek().line == word.line && reader.peek().kind != Token::End)
        reader.take();
    } else if (word.text == ".section") { // debug information
      reader.expectName();
      reader.expect("{");
      while (!reader.accept("}"))
        if (reader.take().kind == Token::End)
          reader.unexpected("'}'");
    } else if (word.text == ".global" || word.text == ".const" || word.text == ".shared") {
      variable(word.text, isExtern);
    } else if (word.text == ".entry" || word.text == ".func") {
      function(word.text == ".entry", isExtern);
    } else {
      failAt(word.line, "'" + std::string(word.text) + "' is not supported outside of functions");
    }
  }
}

void ModuleParser::target() {
  Token name = reader.expectName();
  std::string_view number = name.text.substr(std::min<size_t>(name.text.size(), 3));
  if (!name.text.starts_with("sm_") ||
      std::from_chars(number.data(), number.data() + number.size(), program.architecture).ec != std::errc())
    failAt(name.line, "target '" + std::string(name.text) + "' is not supported");
  if (reader.accept(",")) {
    if (!reader.accept("debug"))
      reader.unexpected("'debug'");
  }
}

void ModuleParser::variable(std::string_view spaceName, bool isExtern) {
  Declaration declaration = parseDeclaration(reader);
  Variable &variable = declaration.variable;
  if (spaceName == ".shared") {
    addShared(program.shared, declaration, isExtern);
    checkSharedOrder(declaration.line);
  } else {
    bool isConst = spaceName == ".const";
    if (isExtern || variable.bytes == 0)
      failAt(declaration.line, "variable '" + std::string(declaration.name) + "' is defined elsewhere or has no size");
    std::vector<char> &image = isConst ? program.constants : program.globals;
    variable.space = isConst ? Space::Const : Space::Global;
    variable.base = isConst ? Base::None : Base::Globals;
    variable.offset = (int64_t(image.size()) + variable.align - 1) / variable.align * variable.align;
    image.resize(size_t(variable.offset + variable.bytes));
    if (reader.accept("="))
      initialise(variable, image, declaration.elementBytes);
  }
  reader.expect(";");
  names.add(declaration.name, variable, declaration.line);
}

/// Reads an initial value: numbers and addresses of variables, or a list of them.
void ModuleParser::initialise(const Variable &variable, std::vector<char> &image, int64_t elementBytes) {
  int64_t at = variable.offset, end = at + variable.bytes;
  bool isList = reader.accept("{");
  do {
    uint32_t line = reader.line();
    if (at + elementBytes > end)
      failAt(line, "more initial values than the variable has elements");
    bool isGeneric = reader.accept("generic");
    if (isGeneric)
      reader.expect("(");
    int64_t value;
    if (reader.peek().kind == Token::Name) {
      Token name = reader.take();
      const Variable *target = names.find(name.text);
      if (!target || target->space == Space::Shared)
        failAt(line, "'" + std::string(name.text) + "' is no variable in global or constant memory defined before");
      if (elementBytes != 8)
        failAt(line, "an address has 8 bytes, the element has " + std::to_string(elementBytes));
      value = target->offset;
      Base base = target->space == Space::Const && isGeneric ? Base::Constants : target->base;
      if (isGeneric)
        reader.expect(")");
      if (reader.accept("+"))
        value += reader.expectCount();
      program.relocations.push_back({at, variable.space == Space::Const, base, value});
    } else if (isGeneric) {
      reader.unexpected("a variable");
    } else {
      value = literal(reader, elementBytes);
    }
    std::memcpy(image.data() + at, &value, size_t(elementBytes));
    at += elementBytes;
  } while (isList && reader.accept(","));
  if (isList)
    reader.expect("}");
}

Variable ModuleParser::parameter(Function &function, Names &names, bool isEntry) {
  reader.expect(".param");
  Declaration declaration = parseDeclaration(reader);
  Variable &variable = declaration.variable;
  if (variable.bytes == 0)
    failAt(declaration.line, "parameter '" + std::string(declaration.name) + "' has no size");
  int64_t &end = isEntry ? function.paramBytes : program.localBytes;
  variable.space = isEntry ? Space::Param : Space::Local;
  variable.offset = (end + variable.align - 1) / variable.align * variable.align;
  end = variable.offset + variable.bytes;
  names.add(declaration.name, variable, declaration.line);
  return variable;
}

/// Reads what stands between the parameters and the body.
void ModuleParser::limits(Function &function) {
  auto three = [&] {
    std::array<uint32_t, 3> sizes{1, 1, 1};
    size_t i = 0;
    do {
      if (i == 3)
        reader.unexpected("at most three sizes");
      sizes[i++] = uint32_t(reader.expectCount());
    } while (reader.accept(","));
    return sizes;
  };
  for (;;) {
    if (reader.accept(".reqntid")) {
      function.requiredBlock = three();
    } else if (reader.accept(".maxntid")) {
      auto sizes = three();
      function.maxThreads = sizes[0] * sizes[1] * sizes[2];
    } else if (reader.accept(".minnctapersm") || reader.accept(".maxnreg")) {
      reader.expectCount(); // of interest for performance alone
    } else if (!reader.accept(".noreturn")) {
      return;
    }
  }
}

void ModuleParser::function(bool isEntry, bool isExtern) {
  Function function;
  Names inner(&names);
  auto parameters = [&](std::vector<Variable> &list) {
    if (!reader.accept("("))
      return;
    if (reader.accept(")"))
      return;
    do
      list.push_back(parameter(function, inner, isEntry));
    while (reader.accept(","));
    reader.expect(")");
  };
  uint32_t line = reader.line();
  if (!isEntry)
    parameters(function.results);
  function.name = reader.expectName().text;
  function.isEntry = isEntry;
  parameters(function.params);
  limits(function);
  auto known = program.functions.find(function.name);
  if (reader.accept(";")) { // a declaration
    if (known == program.functions.end())
      program.functions.emplace(function.name, std::move(function));
    return;
  }
  if (isExtern)
    failAt(line, "function '" + function.name + "' is declared .extern and has a body");
  if (known != program.functions.end() && known->second.isDefined)
    failAt(line, "function '" + function.name + "' is defined twice");
  function.isDefined = true;
  Function &placed = program.functions[function.name] = std::move(function);
  placed.shared.end = program.shared.end;
  parseBody(program, placed, reader, inner);
  if (isEntry) {
    entriesHaveShared |= !placed.shared.variables.empty();
  } else if (!placed.shared.variables.empty()) {
    program.shared.variables.insert(program.shared.variables.end(), placed.shared.variables.begin(),
                                    placed.shared.variables.end());
    program.shared.end = placed.shared.end;
    checkSharedOrder(line);
  }
}

/// Shared variables of entries come behind those that are not of one entry.
void ModuleParser::checkSharedOrder(uint32_t line) const {
  if (entriesHaveShared)
    failAt(line, "shared variables outside of entries must stand before the entries that have some");
}

namespace {

/// Puts the code of functions one after the other, callees first, and finds out what branches and calls go to.
class Linker {
public:
  explicit Linker(Program &program) : program(program) {}
  void link() {
    for (auto &[name, function] : program.functions)
      if (function.isDefined)
        place(function);
  }

private:
  void place(Function &function) {
    if (!placed.insert(&function).second)
      return;
    for (size_t index : function.callees) {
      Call &call = program.calls[index];
      auto found = program.functions.find(call.callee);
      if (found == program.functions.end() || !found->second.isDefined || found->second.isEntry)
        failAt(call.line, "function '" + call.callee + "' is not defined in this module");
      place(found->second);
      if (!done.count(&found->second))
        failAt(call.line, "function '" + call.callee + "' calls itself, which is not supported");
      connect(call, found->second);
    }
    function.start = int64_t(program.code.size());
    for (size_t branch : function.branches)
      function.code[branch].immediate += function.start;
    for (size_t jump = function.firstJump; jump < function.lastJump; ++jump)
      program.jumps[jump] += function.start;
    for (size_t index : function.callees)
      program.calls[index].returnTo += function.start;
    program.code.insert(program.code.end(), function.code.begin(), function.code.end());
    function.code.clear();
    done.insert(&function);
  }

  static void connect(Call &call, const Function &callee) {
    auto check = [&](const std::vector<Call::Copy> &given, const std::vector<Variable> &wanted, const char *what) {
      if (given.size() != wanted.size())
        failAt(call.line, "function '" + call.callee + "' has " + std::to_string(wanted.size()) + " " + what +
                              ", the call has " + std::to_string(given.size()));
      for (size_t i = 0; i < given.size(); ++i)
        if (given[i].bytes != wanted[i].bytes)
          failAt(call.line, "one of the " + std::string(what) + " of function '" + call.callee + "' has " +
                                std::to_string(wanted[i].bytes) + " bytes, that of the call " +
                                std::to_string(given[i].bytes));
    };
    call.target = callee.start;
    call.returnRegister = callee.returnRegister;
    check(call.arguments, callee.params, "parameters");
    check(call.results, callee.results, "results");
    for (size_t i = 0; i < call.arguments.size(); ++i)
      call.arguments[i].to = callee.params[i].offset;
    for (size_t i = 0; i < call.results.size(); ++i)
      call.results[i].from = callee.results[i].offset;
  }

  Program &program;
  std::set<const Function *> placed, done;
};

} // namespace

std::unique_ptr<Module> shardrt::ptx::parse(std::string_view text) {
  auto program = std::make_unique<Program>();
  program->text = text;
  for (std::string_view rest = program->text;;) {
    size_t end = rest.find('\n');
    program->lines.push_back(rest.substr(0, end));
    if (end == rest.npos)
      break;
    rest.remove_prefix(end + 1);
  }
  std::vector<Token> tokens = tokenise(program->text);
  ModuleParser(*program, tokens).parse();
  Linker(*program).link();
  return std::make_unique<Module>(std::move(program));
}
