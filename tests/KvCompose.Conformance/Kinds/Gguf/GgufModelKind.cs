using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Kinds.Families;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models;
using KvCompose.Models.Networks;

namespace KvCompose.Conformance.Kinds.Gguf;

/// <summary>Tiny complete models with logits and greedy tokens.</summary>
public sealed class GgufModelKind : FolderKind
{
    private const double Tolerance = 2e-4;
    private const double ClearGap = 4e-4; // Between the best two logits: below it the order is not decided.

    /// <inheritdoc/>
    public override string Name => "gguf.model";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        using LanguageModel model = LanguageModel.Load(Path.Combine(folder, @case.Text("file")), new LanguageModelOptions { Threads = 1 });
        foreach (JsonElement prompt in @case.List("prompts"))
        {
            using var decoder = new FullDecoder(model.Network);
            LogitCheck.Rows(prompt.Tensor("logits"), prompt.Ints("positions"), decoder.Append(prompt.Ints("ids")), Tolerance, "prompt");
        }

        JsonElement greedy = @case.Field("greedy");
        using var continued = new FullDecoder(model.Network);
        float[] logits = continued.Append(greedy.Ints("ids"), lastOnly: true);
        int[] tokens = greedy.Ints("continuation");
        double[] gaps = greedy.Numbers("gap");
        for (int step = 0; step < tokens.Length && gaps[step] > ClearGap; step++)
        {
            Expect.Equal(tokens[step], LogitCheck.Largest(logits), $"greedy token {step}");
            logits = continued.Append([tokens[step]]);
        }
    }
}
