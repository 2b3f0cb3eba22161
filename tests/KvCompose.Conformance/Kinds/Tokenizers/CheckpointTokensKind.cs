using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Conformance.Kinds.Tokenizers;

/// <summary>Texts and ids of a real checkpoint, whose GGUF file lies beside the vectors.</summary>
public sealed class CheckpointTokensKind : IVectorKind
{
    /// <inheritdoc/>
    public string Name => "checkpoint.tokens";

    /// <inheritdoc/>
    public bool Handles(VectorFile file) => file.Kind == Name;

    /// <inheritdoc/>
    public VectorResult Run(VectorFile file)
    {
        string path = Path.Combine(Path.GetDirectoryName(file.Path)!, file.Root.Text("model"));
        Tokenizer published = Tokenizer.LoadGguf(path), exact = Tokenizer.LoadGguf(path, GgufTokenizerRules.LlamaCppExact);
        var run = new CaseRun();
        run.Each(file.Root, "cases", @case => Check(published, @case, @case.Ints("ids")));
        run.Each(file.Root, "cases", @case => Check(exact, @case, @case.Optional("ids_llamacpp")?.AsInts("ids_llamacpp") ?? @case.Ints("ids")));
        return run.Result;
    }

    private static void Check(Tokenizer tokenizer, JsonElement @case, int[] ids)
    {
        string text = @case.Text("text");
        int[] special = @case.Optional("ids_special")?.AsInts("ids_special") ?? ids;
        Expect.Equal<int>(ids, tokenizer.Encode(text, addSpecialTokens: false), "ids");
        Expect.Equal<int>(special, tokenizer.Encode(text, new EncodeOptions { AddSpecialTokens = false, ParseSpecialTokens = true }), "ids_special");
        Expect.Equal(@case.Text("decoded"), tokenizer.Decode(special, skipSpecialTokens: false), "decoded");
        Expect.Equal(@case.Text("decoded_skip_special"), tokenizer.Decode(special), "decoded_skip_special");
    }
}
