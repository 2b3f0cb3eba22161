using System.Reflection;
using ILGPU;
using KvCompose.Ilgpu;

using DeviceContext device = DeviceContext.Open(preferProcessor: true);
using var floats = device.Allocate<float>(Half.Kernels.AttendScratch(heads: 4, shares: 2));
Console.WriteLine(FiveTokens.Of(args[0]));
Console.WriteLine(floats.Length);
Console.WriteLine(string.Join(" ", typeof(Half).GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).Select(type => type.Name).Where(name => name.Contains("Kernels"))));
Console.WriteLine(typeof(ArrayView<>).Assembly.GetName().Name);
