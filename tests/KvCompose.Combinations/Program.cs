using System.Diagnostics;
using KvCompose.Combinations.Catalogue;
using KvCompose.Combinations.Compiling;
using KvCompose.Combinations.Devices;
using KvCompose.Combinations.Running;

namespace KvCompose.Combinations;

/// <summary>Enumerates the full product of the built-in stages, compiles and runs all that is accepted, and prints the counts.</summary>
internal static class Program
{
    /// <summary>Runs every accepted combination, or with an argument <c>pairs</c> or <c>triples</c> those that cover these; 1 if any fails.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        Stopwatch watch = Stopwatch.StartNew();
        IReadOnlyList<Verdict> verdicts = await Judge.AskAsync(Product.All);
        Combination[] accepted = [.. verdicts.Where(static verdict => verdict.Accepted).Select(static verdict => verdict.Combination)];
        Report(verdicts, accepted.Length, watch.Elapsed);
        int mute = verdicts.Count(static verdict => verdict.Accepted != verdict.Generated);
        Console.WriteLine($"{mute} combinations refused without a diagnostic, or accepted and not generated");

        IReadOnlyList<Combination> run = arguments.FirstOrDefault() switch
        {
            "pairs" => Product.Cover(accepted, 2),
            "triples" => Product.Cover(accepted, 3),
            _ => accepted,
        };
        Console.WriteLine($"{run.Count} combinations compiled and run beside their plain references …");
        int failed = 0;
        foreach (bool open in (bool[])[false, true])
        {
            int differ = 0;
            foreach ((Combination combination, string problem) in CombinationCheck.Failures([.. run.Select(combination => combination with { Open = open })]))
            {
                differ++;
                Console.WriteLine($"{combination.ClassName} {combination}\n    {problem}");
            }

            failed += differ;
            Console.WriteLine(
                $"{(open ? "without a stated shape" : "with the model's shape")}: {run.Count - differ} agree, {differ} differ; {watch.Elapsed.TotalSeconds:F0} s");
        }

        int kernels = 0;
        foreach ((Combination combination, string? problem) in DeviceCheck.Run(run))
        {
            kernels++;
            if (problem is not null)
            {
                failed++;
                Console.WriteLine($"{combination.ClassName} {combination} on the device\n    {problem}");
            }
        }

        Console.WriteLine($"{kernels} of them have kernels and ran on the device; {watch.Elapsed.TotalSeconds:F0} s");
        return failed + mute == 0 ? 0 : 1;
    }

    private static void Report(IReadOnlyList<Verdict> verdicts, int accepted, TimeSpan elapsed)
    {
        foreach ((StageSlot slot, StageChoice[] choices) in BuiltInStages.All.OrderBy(static slot => slot.Key))
        {
            Console.WriteLine($"{slot}: none, {string.Join(", ", choices.Select(static choice => choice.Label))}");
        }

        Console.WriteLine($"{verdicts.Count} combinations, {accepted} accepted, {verdicts.Count - accepted} refused; {elapsed.TotalSeconds:F0} s");
        foreach (IGrouping<string, string> rule in verdicts.SelectMany(static verdict => verdict.Refusals).GroupBy(static id => id).OrderBy(static rule => rule.Key))
        {
            Console.WriteLine($"    {rule.Key} refuses {rule.Count()}");
        }
    }
}
