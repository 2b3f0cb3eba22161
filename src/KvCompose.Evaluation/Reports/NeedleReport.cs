using System.Text.Json;
using System.Text.Json.Serialization;

namespace KvCompose.Evaluation;

/// <summary>What a run of the needle task found, as it is written to JSON.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Length">Tokens of a text.</param>
/// <param name="Questions">Questions that every pipeline answered.</param>
/// <param name="Results">One entry per pipeline.</param>
public sealed record NeedleReport(string Model, int Length, int Questions, IReadOnlyList<NeedleResult> Results)
{
    /// <summary>Writes the report as UTF-8 JSON with a line feed at the end.</summary>
    public void Write(Stream target)
    {
        ArgumentNullException.ThrowIfNull(target);
        JsonSerializer.Serialize(target, this, ReportJson.Default.NeedleReport);
        target.WriteByte((byte)'\n');
    }
}

/// <summary>The figures of one pipeline.</summary>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="Accuracy">Share of exact answers, 0 to 1.</param>
/// <param name="TokensKept">Tokens that a key-value head held after the prompt, averaged.</param>
/// <param name="BytesHeld">Bytes of cache pages held after the prompt, averaged.</param>
/// <param name="PeakBytes">Most bytes of cache pages held at once.</param>
/// <param name="TtftMs">Mean milliseconds from a prompt to the first token.</param>
/// <param name="MsPerToken">Mean milliseconds of a decode step.</param>
/// <param name="Tier">What was fetched while decoding; null, and not written, where there is nowhere to fetch from.</param>
/// <param name="Budget">The pipeline's budget where several are compared; else null, and not written.</param>
public sealed record NeedleResult(
    string Pipeline, double Accuracy, double TokensKept, long BytesHeld, long PeakBytes, double TtftMs, double MsPerToken,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Budget = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] NeedleTierResult? Tier = null)
{
    /// <summary>The figures that a score has collected.</summary>
    public static NeedleResult Of(string pipeline, NeedleScore score, string? budget = null)
    {
        ArgumentNullException.ThrowIfNull(score);
        return new NeedleResult(
            pipeline, score.Accuracy, score.TokensKept, score.BytesHeld, score.PeakBytes, score.TimeToFirstTokenMs, score.PerTokenMs, budget,
            score.HostBytes == 0 ? null : NeedleTierResult.Of(score));
    }
}

/// <summary>What a pipeline fetched while decoding.</summary>
/// <param name="Retrievals">Times that tokens were asked for.</param>
/// <param name="TokensMoved">Tokens that were made resident.</param>
/// <param name="BytesMoved">Bytes of their keys and values.</param>
/// <param name="HostBytes">Most bytes held in host memory.</param>
/// <param name="PagesMovedPerToken">Pages made resident per decode step; null, and not written, where no pages are chosen.</param>
/// <param name="Overlap">Share of the chosen pages that were resident already; null, and not written, where none are chosen.</param>
/// <param name="Recall">Share of the best tokens of the host that the chosen pages held; null, and not written, where not measured.</param>
public sealed record NeedleTierResult(
    long Retrievals, long TokensMoved, long BytesMoved, long HostBytes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? PagesMovedPerToken = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Overlap = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Recall = null)
{
    internal static NeedleTierResult Of(NeedleScore score) => new(
        score.Retrievals, score.TokensMoved, score.BytesMoved, score.HostBytes, score.Overlap is null ? null : score.PagesMovedPerToken, score.Overlap,
        score.Recall);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(NeedleReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
