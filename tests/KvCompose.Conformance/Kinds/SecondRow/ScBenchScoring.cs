using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.ScBench;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>Scores by the names in the files; a label may be a text, a number or a list.</summary>
internal static class ScBenchScoring
{
    /// <summary>The scorer of a task.</summary>
    public static string ScorerOf(string task) => task switch
    {
        "scbench_choice_eng" => "longbook_choice_eng",
        "scbench_qa_eng" => "longdialogue_qa_eng",
        "scbench_qa_chn" => "longbook_qa_chn",
        "scbench_kv" or "scbench_kv_hard" or "scbench_hashhop" or "scbench_prefix_suffix" => "kv_retrieval",
        "scbench_mf" => "math_find",
        "scbench_passkey" => "passkey",
        _ => task,
    };

    public static double Score(string scorer, string prediction, JsonElement label) => scorer switch
    {
        "kv_retrieval" or "kv_retrieval_prefix" or "kv_retrieval_both" or "scbench_kv_compressible" => Scores.Contains(prediction,
            Text(label)),
        "passkey" or "number_string" => First(label) is { ValueKind: JsonValueKind.String } text
            ? Scores.Passkey(prediction, text.GetString()!) : 0,
        "longdialogue_qa_eng" or "scbench_many_shot" => Scores.AnyContained(prediction, Texts(label)),
        "longbook_choice_eng" => Scores.Choice(prediction, Texts(label)),
        "longbook_qa_eng" => Scores.EnglishF1(prediction, Texts(label)),
        "longbook_qa_chn" => Scores.ChineseF1(prediction, Texts(label)),
        "longbook_sum_eng" or "scbench_summary" => RougeLsum.Score(prediction, Text(label)),
        "math_find" => Scores.FirstNumber(prediction, First(label).AsNumber("reference"),
            !First(label).GetRawText().AsSpan().ContainsAny(".eE")),
        "scbench_vt" => Scores.Names(prediction, Texts(label)),
        "repoqa_similarity" => Bleu.Similarity(prediction, Text(label)),
        _ => throw new VectorFormatException($"there is no scorer '{scorer}'"),
    };

    private static JsonElement First(JsonElement label) => label.ValueKind == JsonValueKind.Array ? label[0] : label;

    private static string Text(JsonElement label) => label.ValueKind == JsonValueKind.String
        ? label.GetString()!
        : throw new VectorFormatException("the label is no text");

    /// <summary>The texts of a list; a single text is, as published, the list of its characters.</summary>
    private static string[] Texts(JsonElement label) => label.ValueKind == JsonValueKind.Array
        ? [.. label.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText())]
        : [.. Text(label).EnumerateRunes().Select(rune => rune.ToString())];
}
