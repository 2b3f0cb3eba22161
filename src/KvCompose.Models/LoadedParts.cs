using KvCompose.Models.Chat;
using KvCompose.Models.Files;
using KvCompose.Models.Files.Gguf;
using KvCompose.Models.Networks;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Models;

/// <summary>What was found at a path: open files, and what they say.</summary>
/// <param name="Format">The format, for reports.</param>
/// <param name="Configuration">The network and its tokens.</param>
/// <param name="EndTokens">The tokens that end a text.</param>
/// <param name="Checkpoint">The tensors.</param>
/// <param name="Names">Their names.</param>
/// <param name="ConfigurationFile">config.json; null where the weights' file holds everything.</param>
/// <param name="TokenizerFile">The file with the tokenizer.</param>
internal sealed record LoadedParts(
    string Format, ModelConfiguration Configuration, IReadOnlyList<int> EndTokens, Checkpoint Checkpoint, TensorNames Names,
    string? ConfigurationFile, string TokenizerFile)
{
    /// <summary>Bytes of memory beside the mapped files.</summary>
    public long OwnBytes { get; init; }

    /// <summary>The metadata of a GGUF file, which holds its vocabulary; null for a folder.</summary>
    public GgufMetadata? Metadata { get; init; }

    /// <summary>What the files say of conversations.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    public ChatSource LoadChat(Tokenizer tokenizer)
        => Metadata is not null ? ChatSource.OfGguf(Metadata, tokenizer) : ChatSource.OfFolder(Path.GetDirectoryName(TokenizerFile)!);

    /// <summary>The tokenizer; null where a folder has none.</summary>
    public Tokenizer? LoadTokenizer(GgufTokenizerRules rules)
    {
        if (Metadata is null && !File.Exists(TokenizerFile))
        {
            return null;
        }

        Tokenizer tokenizer = Metadata is null ? Tokenizer.Load(TokenizerFile) : Tokenizer.FromGguf(Metadata, rules);
        int vocabulary = Configuration.Network.Vocabulary;
        return tokenizer.LargestId < vocabulary
            ? tokenizer
            : throw new TokenizerFormatException(
                TokenizerFile, $"token {tokenizer.LargestId} is not in the model's vocabulary of {vocabulary}");
    }
}
