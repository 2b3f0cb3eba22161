namespace KvCompose;

/// <summary>The numbers behind the names of <see cref="CakeTuning"/>.</summary>
public static class CakeTunings
{
    /// <summary>τ1 and τ2 of a tuning.</summary>
    /// <param name="tuning">The tuning.</param>
    /// <param name="tau1">τ1 when there is no tuning.</param>
    /// <param name="tau2">τ2 when there is no tuning.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not a member of <see cref="CakeTuning"/>.</exception>
    public static (double Tau1, double Tau2) Exponents(CakeTuning tuning, double tau1 = 1, double tau2 = 1) => tuning switch
    {
        CakeTuning.None => (tau1, tau2),
        CakeTuning.Llama31_8B_1024 => (1.6, 0.4),
        CakeTuning.Llama31_8B_128 => (1.6, 0.6),
        CakeTuning.Llama2_7B_1024 => (1.9, 1.8),
        CakeTuning.Llama2_7B_128 => (0.9, 2.3),
        CakeTuning.Llama2_13B_1024 => (0.5, 0.4),
        CakeTuning.Llama2_13B_128 => (1.8, 2.0),
        CakeTuning.Mistral_7B_1024 => (0.8, 0.5),
        CakeTuning.Mistral_7B_128 => (1.0, 0.8),
        CakeTuning.Qwen25_7B_1024 => (1.5, 0.6),
        CakeTuning.Qwen25_7B_128 => (0.4, 0.6),
        _ => throw new ArgumentOutOfRangeException(nameof(tuning), tuning, "CAKE: not a known tuning"),
    };
}
