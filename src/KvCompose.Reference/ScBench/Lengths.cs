namespace KvCompose.Reference.ScBench;

/// <summary>Lengths of answers and prompts by task.</summary>
public static class Lengths
{
    private const int SameContextReserve = 1000;

    /// <summary>Most tokens of an answer; a mixed task has two kinds of answers.</summary>
    public static IReadOnlyDictionary<string, int> NewTokens(string task) => task switch
    {
        "scbench_summary_with_needles" => new Dictionary<string, int> { ["scbench_summary"] = 800, ["scbench_passkey"] = 15 },
        "scbench_repoqa_and_kv" => new Dictionary<string, int> { ["scbench_repoqa"] = 1024, ["scbench_kv"] = 80 },
        _ => new Dictionary<string, int> { [task] = One(task) },
    };

    /// <summary>Most tokens of the first prompt.</summary>
    /// <param name="task">scbench_….</param>
    /// <param name="longest">Tokens of the whole sequence.</param>
    /// <param name="turns">Questions.</param>
    /// <param name="sameContext">Whether the questions share a context.</param>
    public static int Input(string task, int longest, int turns, bool sameContext)
    {
        IReadOnlyDictionary<string, int> tokens = NewTokens(task);
        int answers = tokens.Count > 1 ? tokens.Values.Sum() * turns / 2 : tokens.Values.Sum() * turns;
        return longest - answers - (sameContext ? SameContextReserve : 0);
    }

    private static int One(string task) => task switch
    {
        "scbench_choice_eng" or "scbench_qa_eng" or "scbench_qa_chn" => 40,
        "scbench_mf" => 5,
        "scbench_passkey" => 15,
        "scbench_repoqa" => 1024,
        "scbench_summary" => 200,
        "scbench_vt" => 30,
        "scbench_many_shot" => 10,
        "scbench_kv" or "scbench_kv_hard" or "scbench_kv_compressible" or "scbench_hashhop" or "scbench_prefix_suffix" => 150,
        _ => throw new ArgumentException($"there is no task '{task}'", nameof(task)),
    };
}
