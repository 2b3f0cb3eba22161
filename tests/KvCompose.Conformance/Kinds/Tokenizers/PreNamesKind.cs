using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models.Tokenizers.Vocabularies.Gguf;

namespace KvCompose.Conformance.Kinds.Tokenizers;

/// <summary>The names of tokenizer.ggml.pre: patterns in order, and what each name switches.</summary>
public sealed class PreNamesKind : IVectorKind
{
    /// <inheritdoc/>
    public string Name => "tokenizers.gguf_pre";

    /// <inheritdoc/>
    public bool Handles(VectorFile file) => file.Kind == Name;

    /// <inheritdoc/>
    public VectorResult Run(VectorFile file)
    {
        var run = new CaseRun();
        foreach (JsonProperty name in file.Root.Field("names").EnumerateObject())
        {
            run.One(name.Name, () => Check(name.Name, name.Value));
        }

        return run.Result;
    }

    private static void Check(string name, JsonElement expected)
    {
        PreRules? rules = PreTokenizerTable.Find(name);
        Expect.True(rules is not null, "the name is not known");
        Expect.Equal<string>([.. expected.List("regexes").Select(pattern => pattern.GetString()!)], rules!.Patterns, "regexes");
        Expect.Equal(expected.Flag("ignore_merges", false), rules.Has(PreFlags.IgnoreMerges), "ignore_merges");
        Expect.Equal(expected.Flag("add_bos", false), rules.Has(PreFlags.AddBos), "add_bos");
        Expect.Equal(expected.Flag("clean_spaces", true), !rules.Has(PreFlags.KeepSpaces), "clean_spaces");
        Expect.Equal(expected.Flag("byte_encode", true), !rules.Has(PreFlags.Raw), "byte_encode");
        Expect.Equal(expected.Flag("escape_whitespaces", false), rules.Has(PreFlags.EscapeSpaces), "escape_whitespaces");

        // Every pattern is one that the matcher takes, under both rules.
        GgufSplits.Create(rules, published: true);
        GgufSplits.Create(rules, published: false);
    }
}
