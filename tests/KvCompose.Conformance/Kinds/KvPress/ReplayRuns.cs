using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>The runs of a method whose scores do not depend on the ratio: what is kept, and the logits that follow.</summary>
internal static class ReplayRuns
{
    public static void Check(JsonElement @case, PromptRun prompt, Func<double, int[][][]> select)
    {
        int[] continuation = @case.Ints("continuation");
        int next = prompt.Ids.Length;
        PressCheck.Continuation(prompt.Transformer, prompt.Cache.Copy(), continuation, next, @case.Tensor("full_logits"), "full_logits");
        foreach (JsonElement run in @case.List("runs"))
        {
            double ratio = run.Number("compression_ratio");
            bool ties = run.Flag("selection_has_ties", false);
            int[][][] kept = select(ratio);
            PressCheck.Kept(run, kept, ties, $"ratio {ratio}");
            Expect.Equal(run.Int("first_decode_position"), next, $"ratio {ratio}, first_decode_position");
            PressCheck.Continuation(
                prompt.Transformer, prompt.Reduced(ties ? PressCheck.KeptRows(run) : kept), continuation, next, run.Tensor("logits"),
                    $"ratio {ratio}, logits");
        }
    }
}
