namespace KvCompose.Models.Tokenizers.Vocabularies.Gguf;

/// <summary>Tokens whose kind llama.cpp takes from their spelling, whatever the file says.</summary>
internal static class SpecialNames
{
    private static readonly HashSet<string> s_control =
    [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|calls|>", "<|flush|>", "<end_of_turn>", "<|endoftext|>", "</s>", "<|eom_id|>",
        "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>", "<end_of_utterance>", "<eos>", "<turn|>", "<|tool_response>", "<｜end▁of▁sentence｜>", "[e~[",
        "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<PRE>", "▁<PRE>", "<｜fim▁begin｜>", "<|code_prefix|>",
        "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<SUF>", "▁<SUF>", "<｜fim▁hole｜>", "<|code_suffix|>",
        "<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<MID>", "▁<MID>", "<｜fim▁end｜>", "<|code_middle|>",
        "<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>", "<|file_sep|>",
    ];

    private static readonly HashSet<string> s_userDefined = ["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"];

    /// <summary>The kinds of all tokens as llama.cpp sees them.</summary>
    public static GgufTokenType[] Override(GgufVocabulary vocabulary)
    {
        var types = (GgufTokenType[])vocabulary.Types.Clone();
        bool harmony = vocabulary.Tokens.Contains("<|return|>") && vocabulary.Tokens.Contains("<|call|>");
        for (int id = 0; id < types.Length; id++)
        {
            string token = vocabulary.Tokens[id];
            if (s_userDefined.Contains(token) || (harmony && token == "<|end|>"))
            {
                types[id] = GgufTokenType.UserDefined;
            }
            else if (s_control.Contains(token))
            {
                types[id] = GgufTokenType.Control;
            }
        }

        return types;
    }
}
