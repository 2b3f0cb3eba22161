using System.Text.Json;
using KvCompose.Conformance.Kinds.Families;
using KvCompose.Conformance.Reading;
using KvCompose.Models;
using KvCompose.Models.Networks;

namespace KvCompose.Conformance.Kinds.Checkpoints;

/// <summary>All logits after a prompt.</summary>
public sealed class CheckpointFullLogitsKind : CheckpointKind
{
    /// <inheritdoc/>
    public override string Name => "checkpoint.full-logits";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, LanguageModel model, PeerFigures figures)
    {
        using var decoder = new FullDecoder(model.Network);
        LogitCheck.Row(@case.Tensor("logits").Data, decoder.Append(@case.Ints("ids"), lastOnly: true), Tolerance, "logits");
    }
}
