namespace KvCompose.Evaluation.Tests.Support;

/// <summary>Samples with a tokenizer that counts words.</summary>
internal static class Texts
{
    public static TextExtent Words(int length) => new(length, text => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length);

    public static TaskSample[] Some(EvaluationTask task, int length, int count, ulong seed = 1) => [.. task.Samples(Words(length), seed).Take(count)];

    public static string Prompt(TaskSample sample) => sample.Context + sample.Questions[0].Text + sample.Questions[0].AnswerPrefix;

    public static int Occurrences(string text, string part) => text.Split(part).Length - 1;
}
