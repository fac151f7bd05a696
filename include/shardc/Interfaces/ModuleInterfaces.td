//===- ModuleInterfaces.td - How passes see a tree of modules ----------------------------------===//
#ifndef SHARDC_INTERFACES_MODULEINTERFACES_TD
#define SHARDC_INTERFACES_MODULEINTERFACES_TD

include "mlir/IR/OpBase.td"

def ModuleClassOpInterface : OpInterface<"ModuleClassOpInterface"> {
  let cppNamespace = "::shardc";
  let description = [{
    A module class: a symbol whose body holds parameters, instances of other classes and a forward function.
  }];
  let methods = [
    InterfaceMethod<"Returns the block that holds parameters, instances and the forward function.", "::mlir::Block *", "getClassBody", (ins)>,
    InterfaceMethod<"Returns the entry block of the forward function.", "::mlir::Block *", "getForwardBlock", (ins)>,
    InterfaceMethod<"Returns the names of the forward function's arguments; those of the root are the model's inputs.",
      "::llvm::SmallVector<::llvm::StringRef>", "getArgumentNames", (ins)>,
  ];
}

def ParameterOpInterface : OpInterface<"ParameterOpInterface"> {
  let cppNamespace = "::shardc";
  let description = [{ A parameter declared in a module class. }];
  let methods = [
    InterfaceMethod<"Returns the last component of its dotted name.", "::llvm::StringRef", "getParameterName", (ins)>,
    InterfaceMethod<"Returns its global type.", "::mlir::RankedTensorType", "getParameterType", (ins)>,
    InterfaceMethod<"Returns how it is initialised: normal, ones or zeros.", "::llvm::StringRef", "getInitializer", (ins)>,
    InterfaceMethod<"Returns what part of which tensor of the checkpoint it is, or nothing if it is a tensor of its own; the tensor is named as below the class.",
      "::std::optional<::shardc::TensorPart>", "getTensorPart", (ins)>,
  ];
}

def InstanceOpInterface : OpInterface<"InstanceOpInterface"> {
  let cppNamespace = "::shardc";
  let description = [{ An instance, or a list of instances, of a module class within another. }];
  let methods = [
    InterfaceMethod<"Returns the name; elements of a list append `.0`, `.1` and so on.", "::llvm::StringRef", "getInstanceName", (ins)>,
    InterfaceMethod<"Returns the symbol of the class of an element of a list, or with 0 of the single instance.", "::llvm::StringRef", "getElementClass",
      (ins "int64_t":$element)>,
    InterfaceMethod<"Returns the length of the list, or nothing for a single instance.", "::std::optional<int64_t>", "getListSize", (ins)>,
    InterfaceMethod<[{
        Builds the operands that an element of a list takes behind those of the call: constants of rank 0, in which elements of one class may differ.
      }],
      "::llvm::SmallVector<::mlir::Value>", "buildElementOperands", (ins "::mlir::OpBuilder &":$builder, "int64_t":$element)>,
    InterfaceMethod<[{
        Returns the parameters that are tied: pairs of a name below the instance and a name below the class that holds
        the instance, both dotted.
      }],
      "::llvm::SmallVector<::std::pair<::std::string, ::std::string>>", "getTies", (ins)>,
  ];
}

def ParameterUseOpInterface : OpInterface<"ParameterUseOpInterface"> {
  let cppNamespace = "::shardc";
  let description = [{ The value of a parameter of the same class, inside its forward function. One result. }];
  let methods = [
    InterfaceMethod<"Returns the parameter's name.", "::llvm::StringRef", "getUsedParameter", (ins)>,
  ];
}

def ModuleCallOpInterface : OpInterface<"ModuleCallOpInterface"> {
  let cppNamespace = "::shardc";
  let description = [{ The application of an instance to operands, inside a forward function. }];
  let methods = [
    InterfaceMethod<"Returns the name of the instance.", "::llvm::StringRef", "getCalledInstance", (ins)>,
    InterfaceMethod<[{
        Returns true if the call runs through all elements of a list in order: the first operand and the result of each
        element are of one type, the result of one is the first operand of the next, and the other operands are the same for all; behind them
        each element takes those of its own.
      }],
      "bool", "callsWholeList", (ins)>,
  ];
}

def ModelAttrInterface : AttrInterface<"ModelAttrInterface"> {
  let cppNamespace = "::shardc";
  let description = [{
    What is known of the model that a module holds, beside its classes. It is an attribute of the module, under a name that the dialect chooses, and
    stays there when the classes have become a program.
  }];
  let methods = [
    InterfaceMethod<"Returns the class of the whole model.", "::mlir::FlatSymbolRefAttr", "getRoot", (ins)>,
    InterfaceMethod<"Returns how many tokens there are.", "int64_t", "getVocabSize", (ins)>,
    InterfaceMethod<"Returns the standard deviation of what is initialised as `normal`.", "::mlir::FloatAttr", "getInitializerRange", (ins)>,
    InterfaceMethod<"Returns the tensor-parallel plan that is recommended, styles by patterns of dotted module names; null if there is none.",
      "::mlir::DictionaryAttr", "getTpPlan", (ins)>,
    InterfaceMethod<"Returns the tensor-parallel plan that Hugging Face ships; null if it ships none.", "::mlir::DictionaryAttr", "getTpPlanHf", (ins)>,
    InterfaceMethod<"Returns what weights of another config.json must agree in, as docs/manifest.md has it; null if nothing is known of it.",
      "::mlir::DictionaryAttr", "getMathematics", (ins)>,
    InterfaceMethod<"Returns the text of config.json; null if there is none.", "::mlir::StringAttr", "getConfig", (ins)>,
  ];
}

#endif // SHARDC_INTERFACES_MODULEINTERFACES_TD
