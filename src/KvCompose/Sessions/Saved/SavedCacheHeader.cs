using System.Text.Json;

namespace KvCompose.Sessions.Saved;

/// <summary>What a saved cache was made by and of.</summary>
/// <param name="Pipeline">The pipeline, its stages and all their options, as text.</param>
/// <param name="Layout">Where everything stands in its pages, as text.</param>
/// <param name="Model">Hash of the weights.</param>
/// <param name="Tokenizer">Hash of the tokenizer.</param>
/// <param name="Layers">Layers of the model.</param>
/// <param name="Heads">Key-value heads of a layer.</param>
/// <param name="Vocabulary">Logits that are saved.</param>
/// <param name="Length">Position of the next token.</param>
/// <param name="Tokens">Every token that the sequence has been given, prompt and decoded.</param>
/// <param name="Pending">The token that was decoded last and is not in the cache; −1 for none.</param>
internal sealed record SavedCacheHeader(
    string Pipeline, string Layout, string Model, string Tokenizer, int Layers, int Heads, int Vocabulary, int Length, int[] Tokens, int Pending = -1)
{
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, SavedCacheJson.Default.SavedCacheHeader);

    /// <exception cref="JsonException">The text is no header.</exception>
    public static SavedCacheHeader Parse(ReadOnlySpan<byte> json)
        => JsonSerializer.Deserialize(json, SavedCacheJson.Default.SavedCacheHeader) is { Pipeline: not null, Layout: not null, Tokens: not null } header
            ? header
            : throw new JsonException("a field is missing");

    /// <summary>Compares with what the session would save.</summary>
    /// <exception cref="SavedCacheMismatchException">Something differs that a cache depends on.</exception>
    public void Require(string source, SavedCacheHeader here)
    {
        Compare("the pipeline", Pipeline, here.Pipeline);
        Compare("the page layout", Layout, here.Layout);
        Compare("a model of hash", Model, here.Model);
        Compare("a tokenizer of hash", Tokenizer, here.Tokenizer);

        void Compare(string property, string saved, string actual)
        {
            if (saved != actual)
            {
                throw new SavedCacheMismatchException(source, property, saved, actual);
            }
        }
    }
}
