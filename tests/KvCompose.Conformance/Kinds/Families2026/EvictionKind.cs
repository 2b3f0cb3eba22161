using System.Text.Json;
using KvCompose.Conformance.Kinds.Families;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models;
using KvCompose.Models.Networks;

namespace KvCompose.Conformance.Kinds.Families2026;

/// <summary>Logits of tokens fed behind a prompt of which layers have kept some tokens, other ones in every head.</summary>
public sealed class EvictionKind : FolderKind
{
    /// <inheritdoc/>
    public override string Name => "logits-after-eviction";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        using LanguageModel model = ModelForms.Open(folder, "config.json");
        using var decoder = new FullDecoder(model.Network);
        decoder.Append(@case.Ints("prompt_ids"), lastOnly: true);
        foreach (JsonElement keep in @case.List("keep"))
        {
            decoder.Evict(keep.Int("layer"), Positions(keep));
        }

        Tensor expected = @case.Tensor("logits_after_fed");
        int[] fed = @case.Ints("fed_ids_after_prompt");
        for (int step = 0; step < fed.Length; step++)
        {
            LogitCheck.Row(expected.Slice(step), decoder.Append([fed[step]]), @case.Number("tolerance"), $"token {step} behind the prompt");
        }
    }

    private static int[][] Positions(JsonElement keep)
    {
        (int[] shape, int[] values) = keep.IndexTensor("positions");
        return [.. Enumerable.Range(0, shape[0]).Select(head => values[(head * shape[1])..((head + 1) * shape[1])])];
    }
}
