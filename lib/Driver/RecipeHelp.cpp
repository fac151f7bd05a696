//===- RecipeHelp.cpp - The keys of a recipe, for people ---------------------------------------===//

#include "shardc/Driver/Recipe.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace shardc {

static std::string describeValues(const dist::SettingSpec &spec) {
  std::string text = spec.getExpectation("") + (spec.isNullable ? ", or null" : "");
  SmallVector<StringRef> later;
  spec.later.split(later, ' ', -1, /*KeepEmpty=*/false);
  if (!later.empty())
    text += "; not built yet: " + llvm::join(later, ", ");
  return text;
}

void printRecipeHelp(llvm::raw_ostream &os) {
  os << "# Recipe\n\nPrinted by `shardc --help-recipe`. A recipe is YAML, or JSON, and each key may also be given as "
        "`--set KEY=VALUE`, which\ngoes before the file. null asks for the default where it is no value of its own. An "
        "unknown key is an error, and so is a value\nthat is not built yet. `--set model.KEY=VALUE` changes a key of "
        "config.json.\n";
  StringRef section;
  for (const dist::SettingSpec &spec : dist::getSettingSpecs()) {
    StringRef its = spec.key.contains('.') ? spec.key.split('.').first : "at the top";
    if (its != section)
      os << "\n## " << its << "\n\n| key | value | default | meaning |\n|---|---|---|---|\n";
    section = its;
    os << "| `" << spec.getName() << "` | " << describeValues(spec) << " | " << spec.defaultText << " | " << spec.help
       << " |\n";
  }
}

} // namespace shardc
