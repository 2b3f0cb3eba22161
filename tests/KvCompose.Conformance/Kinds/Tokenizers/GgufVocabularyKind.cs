using System.Text;
using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models.Tokenizers;
using KvCompose.Models.Tokenizers.Vocabularies.Gguf;

namespace KvCompose.Conformance.Kinds.Tokenizers;

/// <summary>A GGUF vocabulary: what llama.cpp makes of texts and ids, and where the published tokenizer differs.</summary>
public sealed class GgufVocabularyKind : IVectorKind
{
    /// <inheritdoc/>
    public string Name => "tokenizers.gguf";

    /// <inheritdoc/>
    public bool Handles(VectorFile file) => file.Kind == Name;

    /// <inheritdoc/>
    public VectorResult Run(VectorFile file)
    {
        string path = Path.Combine(Path.GetDirectoryName(file.Path)!, file.Root.Text("file"));
        Tokenizer exact = Tokenizer.LoadGguf(path, GgufTokenizerRules.LlamaCppExact), published = Tokenizer.LoadGguf(path);

        // One vocabulary under the rules of another: no published tokenizer has that, unless the file says so.
        bool foreign = file.Root.Text("id").StartsWith("pre_", StringComparison.Ordinal);
        SharedTexts texts = SharedTexts.For(file);
        var run = new CaseRun();
        run.Each(file.Root, "cases", @case => Text(exact, foreign ? null : published, texts.Of(@case), @case));
        run.Each(file.Root, "detokenize", @case =>
        {
            int[] ids = @case.Ints("ids");
            Same(@case.Field("keep"), Pieces(exact, ids, removeSpecial: false, showSpecial: true), "keep");
            Same(@case.Field("removed"), Pieces(exact, ids, removeSpecial: true, showSpecial: false), "removed");
        });
        return run.Result;
    }

    private static void Text(Tokenizer exact, Tokenizer? published, string text, JsonElement @case)
    {
        int[] ids = @case.Ints("ids"), special = @case.Optional("ids_special")?.AsInts("ids_special") ?? ids;
        Expect.Equal<int>(ids, Encode(exact, text, false, true), "ids");
        Expect.Equal<int>(special, Encode(exact, text, true, true), "ids_special");
        Expect.Equal<int>(@case.Optional("ids_no_parse")?.AsInts("ids_no_parse") ?? ids, Encode(exact, text, false, false), "ids_no_parse");
        if (@case.Optional("detokenize") is { } whole)
        {
            Same(whole, Pieces(exact, ids, removeSpecial: false, showSpecial: true), "detokenize");
            Same(@case.Optional("detokenize_removed") ?? whole, Pieces(exact, special, removeSpecial: true, showSpecial: false), "detokenize_removed");
        }

        if (published is not null)
        {
            Expect.Equal<int>(@case.Optional("hf_ids")?.AsInts("hf_ids") ?? ids, Encode(published, text, false, true), "hf_ids");
        }
    }

    private static int[] Encode(Tokenizer tokenizer, string text, bool addSpecial, bool parseSpecial)
        => tokenizer.Encode(text, new EncodeOptions { AddSpecialTokens = addSpecial, ParseSpecialTokens = parseSpecial });

    private static byte[] Pieces(Tokenizer tokenizer, int[] ids, bool removeSpecial, bool showSpecial)
        => ((LlamaCppPipeline)tokenizer.Pipeline).DecodeBytes(ids, removeSpecial, showSpecial);

    /// <summary>Text that is not UTF-8 stands in the file as bytes.</summary>
    private static void Same(JsonElement expected, byte[] actual, string what)
    {
        byte[] bytes = expected.ValueKind == JsonValueKind.Object
            ? Convert.FromHexString(expected.Text("bytes_hex"))
            : Encoding.UTF8.GetBytes(expected.GetString()!);
        Expect.Equal(Convert.ToHexString(bytes), Convert.ToHexString(actual), what);
    }
}
