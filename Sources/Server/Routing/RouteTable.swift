/// Every call that the server answers.
enum RouteTable {
  static let all: [Route] =
    PageRoutes.all + EventRoutes.all + PostRoutes.all + PeopleRoutes.all + CatalogRoutes.all
    + VectorRoutes.all + NeighbourRoutes.all + AdminRoutes.all + ModelRoutes.all
    + UtilityRoutes.all + MetricsRoutes.all + ProbeRoutes.all + DemoRoutes.all + PageFileRoutes.all
}
