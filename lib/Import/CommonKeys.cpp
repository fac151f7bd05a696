//===- CommonKeys.cpp - What the config.json of any model may have -----------------------------===//

#include "Architecture.h"
#include "llvm/ADT/STLExtras.h"

namespace shardc {

void readCommonKeys(ConfigReader &config) {
  // Other weights: of cross attention, of an encoder, of fewer heads; and torchscript makes a tied head one of its own.
  for (llvm::StringRef key : {"add_cross_attention", "is_encoder_decoder", "torchscript"})
    config.refuse(key);
  config.requireEmpty("pruned_heads");
  // clang-format off
  static constexpr llvm::StringRef keys[] = {
      "_attn_implementation", "_attn_implementation_autoset", "_name_or_path", "auto_map",
      "bad_words_ids", "begin_suppress_tokens", "bos_token_id", "cache_implementation", "chunk_size_feed_forward",
      "cross_attention_hidden_size", "decoder_start_token_id", "diversity_penalty", "do_sample", "dtype", "early_stopping",
      "encoder_no_repeat_ngram_size", "eos_token_id", "exponential_decay_length_penalty", "finetuning_task",
      "forced_bos_token_id", "forced_eos_token_id", "id2label", "is_decoder", "label2id", "length_penalty",
      "max_length", "max_position_embeddings", "min_length", "name_or_path", "no_repeat_ngram_size", "num_beam_groups",
      "num_beams", "num_return_sequences", "output_attentions", "output_hidden_states", "output_scores",
      "prefix", "pretraining_tp", "problem_type", "remove_invalid_values", "repetition_penalty", "return_dict",
      "return_dict_in_generate", "sep_token_id", "suppress_tokens", "task_specific_params", "temperature", "tf_legacy_loss",
      "tie_encoder_decoder", "tokenizer_class", "top_k", "top_p", "torch_dtype", "transformers_version",
      "typical_p", "use_bfloat16", "use_cache"
  };
  // clang-format on
  config.ignore(keys);
}

int64_t readLayerCount(ConfigReader &config, llvm::StringRef key, int64_t defaultValue) {
  constexpr int64_t most = 65536;
  int64_t count = config.size(key, defaultValue);
  if (count <= most)
    return count;
  config.error(key) << key << " must be at most " << most << ", got " << count;
  return 1;
}

llvm::LogicalResult checkElements(ConfigReader &config, double rows, llvm::ArrayRef<double> widths) {
  constexpr double limit = 4e15;
  double elements = rows * *llvm::max_element(widths);
  if (elements <= limit)
    return llvm::success();
  return config.error("model_type") << "sizes are beyond what a program can address: a tensor would have "
                                    << printedNumber(elements) << " elements, at most " << printedNumber(limit);
}

} // namespace shardc
