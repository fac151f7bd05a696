// RUN: shard-opt %s --split-input-file --verify-diagnostics

nn.module @Indexed {
  nn.forward(%x: tensor<4xf32>, %index: tensor<i32>) -> tensor<4xf32> {
    nn.return %x : tensor<4xf32>
  }
}

nn.module @instance_c5 {
  // expected-error@below {{'nn.instance' op expected a number for each of 3 elements, got 2}}
  nn.instance @layers : 3 x @Indexed each [[0, 1]]
  nn.forward() {
    nn.return
  }
}

// -----

nn.module @Indexed {
  nn.forward(%x: tensor<4xf32>, %index: tensor<i32>) -> tensor<4xf32> {
    nn.return %x : tensor<4xf32>
  }
}

nn.module @instance_c5 {
  // expected-error@below {{'nn.instance' op expected a list where there are numbers for its elements, got a single instance}}
  nn.instance @layer : @Indexed each [[0]]
  nn.forward() {
    nn.return
  }
}

// -----

nn.module @Indexed {
  nn.forward(%x: tensor<4xf32>, %index: tensor<i32>) -> tensor<4xf32> {
    nn.return %x : tensor<4xf32>
  }
}

nn.module @call_c2 {
  nn.instance @layers : 2 x @Indexed each [[0, 1], [2, 3]]
  nn.forward(%x: tensor<4xf32>) -> tensor<4xf32> {
    // expected-error@below {{'nn.call' op expected type '(tensor<4xf32>, tensor<i32>) -> tensor<4xf32>' as @Indexed has, got '(tensor<4xf32>, tensor<i32>, tensor<i32>) -> tensor<4xf32>'}}
    %0 = nn.call @layers(%x) : (tensor<4xf32>) -> tensor<4xf32>
    nn.return %0 : tensor<4xf32>
  }
}

// -----

nn.module @forward_c2 {
  // expected-error@below {{'nn.forward' op expected 1 names of arguments, got 0}}
  "nn.forward"() <{function_type = (tensor<4xf32>) -> (), argument_names = []}> ({
  ^bb0(%x: tensor<4xf32>):
    nn.return
  }) : () -> ()
}

// -----

nn.module @forward_c2 {
  // expected-error@below {{'nn.forward' op expected a name of letters, digits and _, which begins with no digit, got "a name"}}
  "nn.forward"() <{function_type = (tensor<4xf32>) -> (), argument_names = ["a name"]}> ({
  ^bb0(%x: tensor<4xf32>):
    nn.return
  }) : () -> ()
}

// -----

nn.module @forward_c2 {
  // expected-error@below {{'nn.forward' op expected each argument to have a name of its own, got "x" twice}}
  "nn.forward"() <{function_type = (tensor<4xf32>, tensor<4xf32>) -> (), argument_names = ["x", "x"]}> ({
  ^bb0(%x: tensor<4xf32>, %y: tensor<4xf32>):
    nn.return
  }) : () -> ()
}
