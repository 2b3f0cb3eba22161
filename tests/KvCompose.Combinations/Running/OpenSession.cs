using System.Reflection;
using KvCompose.Combinations.Catalogue;
using KvCompose.IntegrationTests.Oracle;

namespace KvCompose.Combinations.Running;

/// <summary>Opens a session of a class that was compiled in memory.</summary>
internal static class OpenSession
{
    /// <summary>A session for so many sequences, with the small model's profile where the pipeline wants one.</summary>
    public static KvSession Of(Type pipeline, TestModel model, int sequences)
    {
        Type optionsType = pipeline.GetNestedType("Options")!;
        object options = Activator.CreateInstance(optionsType)!;
        optionsType.GetProperty(nameof(SessionOptions.Sequences))!.SetValue(options, sequences);
        optionsType.GetProperty("Profile")?.SetValue(options, SmallModel.Profile);
        MethodInfo open = pipeline.GetMethod("Open")!.MakeGenericMethod(typeof(TestTransformer));
        return (KvSession)open.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [model, options], null)!;
    }
}
