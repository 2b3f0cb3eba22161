namespace KvCompose.Models.Tokenizers;

/// <summary>Whose rules split text by the vocabulary of a GGUF file. They differ for a few texts.</summary>
public enum GgufTokenizerRules
{
    /// <summary>Those of the tokenizer.json that the model was published and trained with.</summary>
    Published,

    /// <summary>
    /// Those of llama.cpp: no Unicode normalisation, other pre-tokenizer patterns for some models, control tokens searched longest
    /// first, spaces before punctuation removed on decoding for some models.
    /// </summary>
    LlamaCppExact,
}
