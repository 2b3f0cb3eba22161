using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models.Tokenizers;
using KvCompose.Models.Tokenizers.Processing;

namespace KvCompose.Conformance.Kinds.Tokenizers;

/// <summary>A tokenizer.json and what it makes of texts, pairs, ids and streams.</summary>
public sealed class CasesKind : IVectorKind
{
    /// <inheritdoc/>
    public string Name => "tokenizers.cases";

    /// <inheritdoc/>
    public bool Handles(VectorFile file) => file.Kind == Name;

    /// <inheritdoc/>
    public VectorResult Run(VectorFile file)
    {
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(Path.GetDirectoryName(file.Path)!, "tokenizer.json"));
        SharedTexts texts = SharedTexts.For(file);
        var run = new CaseRun();
        run.Each(file.Root, "encode", @case => Encode(tokenizer, texts.Of(@case), @case));
        run.Each(file.Root, "pairs", @case => Pair(tokenizer, @case));
        run.Each(file.Root, "decode", @case => Decode(tokenizer, @case.Ints("ids"), @case));
        run.Each(file.Root, "stream", @case => Stream(tokenizer, @case));
        return run.Result;
    }

    private static void Encode(Tokenizer tokenizer, string text, JsonElement @case)
    {
        List<TextToken> plain = Tokens(tokenizer, text, null, addSpecial: false);
        int[] ids = @case.Ints("ids");
        Compare(@case, plain, "ids", "offsets");
        if (@case.Optional("tokens") is { } spellings)
        {
            Expect.Equal<string>([.. spellings.AsList("tokens").Select(token => token.GetString()!)], [.. plain.Select(token => token.Text)], "tokens");
        }

        List<TextToken> special = Tokens(tokenizer, text, null, addSpecial: true);
        int[] idsSpecial = @case.Optional("ids_special")?.AsInts("ids_special") ?? ids;
        Expect.Equal<int>(idsSpecial, Ids(special), "ids_special");
        if (@case.Optional("offsets_special") is { } offsets)
        {
            Expect.Equal<int>(offsets.AsInts("offsets_special"), Offsets(special), "offsets_special");
        }

        if (@case.Optional("type_ids_special") is { } types)
        {
            Expect.Equal<int>(types.AsInts("type_ids_special"), [.. special.Select(token => token.TypeId)], "type_ids_special");
        }

        Expect.Equal<int>(ids, tokenizer.Encode(text, Options(addSpecial: false)), "ids without offsets");
        Decode(tokenizer, idsSpecial, @case);
    }

    private static void Pair(Tokenizer tokenizer, JsonElement @case)
    {
        List<TextToken> tokens = Tokens(tokenizer, @case.Text("a"), @case.Text("b"), addSpecial: true);
        Compare(@case, tokens, "ids", "offsets");
        Expect.Equal<int>(@case.Ints("type_ids"), [.. tokens.Select(token => token.TypeId)], "type_ids");
    }

    private static void Decode(Tokenizer tokenizer, int[] ids, JsonElement @case)
    {
        if (@case.OptionalText("decode_skip") is not { } skip)
        {
            return;
        }

        Expect.Equal(skip, tokenizer.Decode(ids), "decode_skip");
        Expect.Equal(@case.OptionalText("decode_keep") ?? skip, tokenizer.Decode(ids, skipSpecialTokens: false), "decode_keep");
    }

    private static void Stream(Tokenizer tokenizer, JsonElement @case)
    {
        int[] ids = @case.Ints("ids");
        TextDecoder decoder = tokenizer.CreateDecoder(@case.Flag("skip_special_tokens", true));
        JsonElement[] chunks = @case.List("chunks");
        string joined = "";
        for (int i = 0; i < chunks.Length; i++)
        {
            string chunk = decoder.Next(ids[i]).ToString();
            joined += chunk;
            if (chunks[i].ValueKind == JsonValueKind.Object)
            {
                return; // The reference gives up here.
            }

            Expect.Equal(chunks[i].GetString() ?? "", chunk, $"chunks[{i}]");
        }

        string rest = decoder.Finish().ToString();
        if (@case.Flag("joined_is_prefix", false))
        {
            Expect.Equal(@case.Text("rest"), rest, "rest");
            Expect.Equal(@case.Text("decode"), joined + rest, "decode");
        }
    }

    private static void Compare(JsonElement @case, List<TextToken> tokens, string ids, string offsets)
    {
        Expect.Equal<int>(@case.Ints(ids), Ids(tokens), ids);
        if (@case.Optional(offsets) is { } expected)
        {
            Expect.Equal<int>(expected.AsInts(offsets), Offsets(tokens), offsets);
        }
    }

    private static List<TextToken> Tokens(Tokenizer tokenizer, string text, string? second, bool addSpecial)
        => second is null
            ? tokenizer.EncodeTokens(text, Options(addSpecial), track: true, CancellationToken.None)
            : ((TokenPipeline)tokenizer.Pipeline).Encode(text, second, new EncodeSettings(addSpecial, true, true, true), CancellationToken.None);

    private static EncodeOptions Options(bool addSpecial)
        => new() { AddSpecialTokens = addSpecial, ParseSpecialTokens = true, ApplyFileLimits = true };

    private static int[] Ids(List<TextToken> tokens) => [.. tokens.Select(token => token.Id)];

    private static int[] Offsets(List<TextToken> tokens) => [.. tokens.SelectMany(token => new[] { token.Start, token.End })];
}
