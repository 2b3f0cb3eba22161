namespace KvCompose.Shared.Specs;

/// <summary>From where a stage can be named, as far as that is less than from where its pipeline can be.</summary>
internal enum StageReach
{
    /// <summary>From everywhere that the pipeline can be named.</summary>
    Pipeline,

    /// <summary>From the assembly alone, while the pipeline is public.</summary>
    Assembly,

    /// <summary>From inside a type around the pipeline alone; members of the pipeline that others see cannot show it.</summary>
    Inside,
}
