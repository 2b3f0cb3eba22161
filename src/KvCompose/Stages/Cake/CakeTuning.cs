namespace KvCompose;

/// <summary>
/// Exponents that CAKE's authors found for a model and a budget C: <c>Model_C</c>. For other models and budgets nothing is
/// published, and the authors' code falls back to τ1 = τ2 = 1. Source: the configuration of antgroup/cakekv.
/// </summary>
public enum CakeTuning
{
    /// <summary>None of these: τ1 and τ2 are what the stage states, 1 unless it does.</summary>
    None,

    /// <summary>Llama-3.1-8B-Instruct, C = 1024: τ1 = 1.6, τ2 = 0.4.</summary>
    [TunedFor(1024)]
    Llama31_8B_1024,

    /// <summary>Llama-3.1-8B-Instruct, C = 128: τ1 = 1.6, τ2 = 0.6.</summary>
    [TunedFor(128)]
    Llama31_8B_128,

    /// <summary>Llama-2-7B-chat, C = 1024: τ1 = 1.9, τ2 = 1.8.</summary>
    [TunedFor(1024)]
    Llama2_7B_1024,

    /// <summary>Llama-2-7B-chat, C = 128: τ1 = 0.9, τ2 = 2.3.</summary>
    [TunedFor(128)]
    Llama2_7B_128,

    /// <summary>Llama-2-13B-chat, C = 1024: τ1 = 0.5, τ2 = 0.4.</summary>
    [TunedFor(1024)]
    Llama2_13B_1024,

    /// <summary>Llama-2-13B-chat, C = 128: τ1 = 1.8, τ2 = 2.0.</summary>
    [TunedFor(128)]
    Llama2_13B_128,

    /// <summary>Mistral-7B-Instruct-v0.3, C = 1024: τ1 = 0.8, τ2 = 0.5.</summary>
    [TunedFor(1024)]
    Mistral_7B_1024,

    /// <summary>Mistral-7B-Instruct-v0.3, C = 128: τ1 = 1.0, τ2 = 0.8.</summary>
    [TunedFor(128)]
    Mistral_7B_128,

    /// <summary>Qwen2.5-7B-Instruct, C = 1024: τ1 = 1.5, τ2 = 0.6.</summary>
    [TunedFor(1024)]
    Qwen25_7B_1024,

    /// <summary>Qwen2.5-7B-Instruct, C = 128: τ1 = 0.4, τ2 = 0.6.</summary>
    [TunedFor(128)]
    Qwen25_7B_128,
}
