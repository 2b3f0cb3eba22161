using KvCompose;

namespace KvStageTemplateStage;

/// <summary>Declares <see cref="KvStageTemplate"/> on a pipeline class.</summary>
public sealed class KvStageTemplateAttribute : TokenSelectionAttribute<KvStageTemplate>
{
    /// <inheritdoc cref="KvStageTemplate.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="KvStageTemplate.Recency"/>
    public double Recency { get; set; }
}
